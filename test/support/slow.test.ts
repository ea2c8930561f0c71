/** The list of slow suites, which `npm test` leaves out. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const slow: Record<string, string> = JSON.parse(readFileSync('test/slow.json', 'utf8'))

test('each slow suite exists, and the list is sorted', () => {
  const paths = Object.keys(slow)
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
  expect(paths).toEqual([...paths].sort())
})

test('the gate runs all tests, slow ones too', () => {
  expect(readFileSync('scripts/check.mjs', 'utf8')).toContain("['run', '--silent', 'test:all']")
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(scripts).toMatchObject({
    test: 'node scripts/test.mjs',
    'test:all': 'node scripts/test.mjs --all',
    check: 'node scripts/check.mjs',
  })
  expect(readFileSync('.ci/run', 'utf8')).toContain('npm run check')
})
