// Builds to dist/: compiles, and lets the declarations name the files that are there (`.js`, not `.ts`).
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

rmSync('dist', { recursive: true, force: true })
const tsc = join('node_modules', 'typescript', 'bin', 'tsc')
// The companion first: examples import its types.
execFileSync(process.execPath, [tsc, '-p', join('packages', 'xstate-inspect')], { stdio: 'inherit' })
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
for (const file of readdirSync('dist', { recursive: true })) {
  if (!file.endsWith('.d.ts')) continue
  const path = join('dist', file)
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(/(from '|import\(['"])(\.[^'"]+)\.ts(['"])/g, '$1$2.js$3'),
  )
}
await import('./build-dashboard.mjs')
