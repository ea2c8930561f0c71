/** Public exports: each has a doc comment, and an example that compiles. */
import { describe, expect, test } from '@jest/globals'
import { errorsIn } from '../support/docs/examples.ts'
import { doors, examplesOf, exportsOf } from '../support/docs/front-door.ts'

const exported = Object.entries(doors).map(([module, path]) => ({ module, all: exportsOf(module, path) }))
const everything = exported.flatMap(({ all }) => all)
const label = (each: { readonly path: string; readonly name: string }): string => `${each.path} ${each.name}`

describe.each(exported)('$module', ({ all }) => {
  test('exports something', () => {
    expect(all.length).toBeGreaterThan(1)
  })

  test('every export has a doc comment', () => {
    expect(all.filter(({ comments }) => comments.length === 0).map(label)).toEqual([])
  })

  test('every export has an @example in ts', () => {
    expect(all.filter((each) => examplesOf(each).length === 0).map(label)).toEqual([])
  })
})

test('every @example compiles as a user would compile it, with the exports imported', () => {
  // An export of two modules has one example.
  const examples = new Map(everything.flatMap(examplesOf).map((each) => [`${each.path}:${each.line}`, each]))
  expect(examples.size).toBeGreaterThan(200)
  expect(errorsIn([...examples.values()], everything)).toEqual([])
}, 120_000)
