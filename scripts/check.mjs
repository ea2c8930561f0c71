// The full check: all steps in order; the first failure ends it.
import { spawnSync } from 'node:child_process'

const steps = [
  ['build', 'npm', ['run', '--silent', 'build']],
  ['lint and format', 'npm', ['run', '--silent', 'lint']],
  ['prose', 'npm', ['run', '--silent', 'prose']],
  ['types', 'npm', ['run', '--silent', 'types']],
  ['types of the dashboard', 'npx', ['tsc', '-p', 'dashboard/tsconfig.json']],
  ['tests', 'npm', ['run', '--silent', 'test:all']],
  [
    'tests over the development build',
    'npm',
    ['run', '--silent', 'test:all', '--', '--config', 'jest.development.config.ts'],
  ],
  ['conformance', 'node', ['dist/test/conformance/run.js', '--known', 'test/conformance/known.json']],
  ['kills', 'node', ['dist/test/crash/run.js', '10']],
  ['kills of workflows', 'node', ['dist/test/crash/workflows/run.js', '10']],
  ['packages', 'node', ['scripts/lint-packages.mjs']],
]

for (const [name, command, args] of steps) {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status !== 0) {
    console.error(`\n${name} failed`)
    process.exit(status ?? 1)
  }
}
console.log('\nall checks passed')
