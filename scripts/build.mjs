// Build to dist/: compiles, rewrites imports in declarations to the files that exist (`.js`, not `.ts`), and adds the declarations
// that a CommonJS importer needs. `--companion` builds only the companion package.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const companion = join('packages', 'xstate-inspect')

const compile = (project) =>
  execFileSync(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', project], {
    stdio: 'inherit',
  })

/** Replaces `.ts` by `.js` in the imports of declarations, which the compiler leaves as they are. */
function nameBuiltFiles(folder) {
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue
    const path = join(folder, file)
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/(from '|import\(['"])(\.[^'"]+)\.ts(['"])/g, '$1$2.js$3'),
    )
  }
}

/**
 * TypeScript treats the declarations of an ES module as unusable from CommonJS under `module: node16`, although `require()` loads
 * the module. A `.d.cts` next to each entry re-exports its types for such importers. The suppressed error is that rule, and the
 * comment applies to the one line below it.
 */
function declareForCommonJs(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const entry of Object.values(exports)) {
    const path = entry.types?.require
    if (path === undefined) continue
    const name = posix.basename(entry.default)
    writeFileSync(join(folder, path), `// @ts-ignore\nexport * from './${name}'\n`)
  }
}

// The companion comes first: the examples import its types.
rmSync(join(companion, 'dist'), { recursive: true, force: true })
compile(companion)
nameBuiltFiles(join(companion, 'dist'))
declareForCommonJs(companion)
if (process.argv.includes('--companion')) process.exit()

rmSync('dist', { recursive: true, force: true })
compile('tsconfig.build.json')
nameBuiltFiles('dist')
declareForCommonJs('.')
await import('./build-dashboard.mjs')
