// Writes a log of each store, with the facts that later releases must find in it, to `test/log/fixtures/v<version>`. It uses the
// build in dist/: `npm run build && node scripts/make-log-fixtures.mjs`. A folder that exists is refused, since a log that later
// code writes is no evidence about the earlier release.
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'))
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const target = join('test', 'log', 'fixtures', `v${version}`)
if (existsSync(target)) {
  console.error(
    `Cannot write fixtures as a release keeps the ones that it has: '${target}'. Delete the folder first to replace it.`,
  )
  process.exit(1)
}

// Below the package, so that `gantry` is this build.
const source = join('test', 'log', 'first-release')
const program = join('.tmp', 'log-fixtures')
mkdirSync(program, { recursive: true })
for (const name of readdirSync(source)) {
  const { code } = transformSync(readFileSync(join(source, name), 'utf8'), { loader: 'ts', format: 'esm' })
  writeFileSync(
    join(program, name.replace(/\.ts$/, '.mjs')),
    code.replaceAll(/(from "\.[^"]+)\.ts"/g, '$1.mjs"'),
  )
}
const { fixtureStores, readLog, writeLog } = await import(join(process.cwd(), program, 'write.mjs'))

const folder = mkdtempSync(join(tmpdir(), 'gantry-fixtures-'))
mkdirSync(target, { recursive: true })
for (const [kind, file] of Object.entries(fixtureStores)) {
  const { path, lastSeq } = await writeLog(kind, folder)
  copyFileSync(path, join(target, file))
  writeFileSync(
    join(target, `${kind}.json`),
    JSON.stringify({ lastSeq, ...(await readLog(kind, path, lastSeq)) }),
  )
}
execFileSync('npx', ['biome', 'format', '--write', target], { stdio: 'inherit' })
for (const used of [folder, program]) rmSync(used, { recursive: true, force: true })
