/** An app of two hundred tasks passes the type checker; with one misspelled statement in it, it does not. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { generatedApp } from '../../bench/generated-app.ts'

const folder = join(process.cwd(), '.tmp', `statements-app-${process.pid}`)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The errors of the type checker for an app with additional tasks of these starts. */
function problemsWith(...starts: readonly string[]): readonly string[] {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'app.ts'), generatedApp(200, '../../src/index.ts', starts))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { rootDir: '../..', noEmit: true, typeRoots: ['../../node_modules/@types'] },
      include: ['app.ts'],
    }),
  )
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  // Only errors of the app: the full check covers the rest.
  return stdout.split('\n').filter((line) => line.includes('app.ts('))
}

test('an app of 200 tasks type-checks; every invalid start is reported', () => {
  const wrong: readonly (readonly [start: string, told: string])[] = [
    ["'hourlyy'", 'This statement contains unknown words: hourlyy'],
    ["isOld({ path: 'a.csv', age: '2 hous' })", '2 hous'],
    ["isOld({ path: 'a.csv' })", 'age'],
    ["daily.afters('07:00')", 'afters'],
  ]
  const right = ["'hourly'", "isOld({ path: 'a.csv', age: { hours: 2 } })"]
  const problems = problemsWith(...right, ...wrong.map(([start]) => start))
  expect(problems).toHaveLength(wrong.length)
  for (const [place, [, told]] of wrong.entries()) expect(problems[place]).toContain(told)
})
