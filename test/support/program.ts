/** Programs of tests as one JavaScript file, for separate processes without TypeScript. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

export interface Program {
  /** The built file. */
  readonly path: string
  /** A separate folder, deleted by {@link remove}. */
  readonly folder: string
  remove(): void
}

/** Builds a program with all of its imports. */
export function buildProgram(entry: string): Program {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-program-'))
  const path = join(folder, 'program.mjs')
  // CommonJS dependencies need `require` in a bundle of modules.
  const banner = `import { createRequire as toRequire } from 'node:module'; const require = toRequire('file://${process.cwd()}/')`
  buildSync({
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: banner },
    external: ['libsql', 'node:sqlite'],
    // `sideEffects` of package.json names the built files only.
    ignoreAnnotations: true,
    alias: { gantry: './src/index.ts', 'gantry/testing': './src/testing.ts' },
  })
  return { path, folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
