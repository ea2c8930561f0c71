// Runs the tests: `npm test` the fast ones, `npm run test:all` all of them, `npm test -- <path>…` the named ones.
// `test/slow.json` lists the suites that `npm test` leaves out, each with what makes it slow.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const all = '--all'
const given = process.argv.slice(2)
const args = given.filter((each) => each !== all)
/** Options of Jest that take a value. */
const withValue = /^(-[wtco]|--(maxWorkers|testNamePattern|config|outputFile|seed|shard|reporters))$/
const isNamed = args.some((arg, i) => !arg.startsWith('-') && !withValue.test(args[i - 1] ?? ''))
const isFast = !given.includes(all) && !isNamed

const flags = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js']
/** One worker per core, unless the caller says otherwise: by default Jest leaves one core out, half of a small machine. */
const workers = args.some((arg) => /^(-w|-i$|--maxWorkers|--runInBand)/.test(arg))
  ? []
  : ['--maxWorkers=100%']
const { status } = spawnSync(process.execPath, [...flags, ...workers, ...args], {
  stdio: 'inherit',
  env: { ...process.env, GANTRY_TESTS: isFast ? 'fast' : 'all' },
})

if (isFast) {
  const byReason = new Map()
  for (const [path, reason] of Object.entries(JSON.parse(readFileSync('test/slow.json', 'utf8'))))
    byReason.set(reason, [...(byReason.get(reason) ?? []), path.slice('test/'.length)])
  console.error('\nLeft out as slow (npm run test:all runs them):')
  for (const [reason, paths] of byReason) console.error(`  ${reason}: ${paths.join(', ')}`)
}
process.exit(status ?? 1)
