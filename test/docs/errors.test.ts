/** The chapter on errors names every error class with its code. */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import * as gantry from 'gantry'

const page = readFileSync('docs/guide/errors.md', 'utf8')
const source = ['error-codes', 'errors', 'statement-error']
  .map((name) => readFileSync(`src/errors/${name}.ts`, 'utf8'))
  .join('\n')
const isErrorClass = (value: unknown): value is new () => Error =>
  typeof value === 'function' && value.prototype instanceof Error
const classes = Object.values(gantry as Record<string, unknown>)
  .filter(isErrorClass)
  .map(({ name }) => name)
const codes = [...source.matchAll(/readonly code = '(GANTRY_\w+)'/g)].map(([, code]) => code!)

test.each(classes)('%s is in the table', (name) => {
  expect(page).toContain(`| \`${name}\` |`)
})

test('the table has every code once', () => {
  const listed = [...page.matchAll(/\| `(GANTRY_\w+)` \|/g)].map(([, code]) => code!)
  expect(listed.sort()).toEqual([...codes].sort())
  expect(codes).toHaveLength(classes.length)
})
