/** Shapes: the valid part of a text. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from '../../../src/conditions/index.ts'
import { furthestOf, operatorMeant, startsOf } from '../../../src/conditions/language/grammar-hints.ts'
import { tokenize } from '../../../src/conditions/language/lexer.ts'
import { StatementError } from '../../../src/errors/statement-error.ts'
import { condition } from '../../support/condition-trees.ts'
import { checkProperty } from '../../support/property.ts'

const shape = "[while] task '…' is running [more than <duration>] [exactly <number> times]"
const reach = (text: string) => furthestOf(text, [shape])

describe('furthestOf', () => {
  test.each([
    ["task 'a' was running", 9, ['is']],
    ["while task 'a, b', 'c' is", 25, ['running']],
    ['task a is running', 5, ["text in quotes such as `'fetch'`"]],
    ["task 'a' is running more than", 29, ['a duration such as `10 minutes`']],
    ["task 'a' is running exactly often times", 28, ['a number']],
    ["task 'a' is running twice", 20, ['more', 'exactly', '&', '|', 'for', 'the end']],
    ['daily', 0, []],
    ['', 0, []],
  ])('%j is valid up to %d, where %j is expected', (text, place, expected) => {
    expect(reach(text)).toMatchObject({ place, expected })
  })

  test('a misspelled word is found although a placeholder before it would accept it', () => {
    expect(reach("task 'a' is running more than 2 hours exacly 3 times")).toMatchObject({
      place: 38,
      near: ['exactly'],
    })
  })

  test('of several shapes, those that accept the most count', () => {
    expect(furthestOf('at noon or so', ['at least <number> times', 'at noon sharp'])).toMatchObject({
      words: 2,
      expected: ['sharp'],
    })
  })

  test('a text of any length takes no longer than one of forty words', () => {
    expect(reach(`task 'a' is running more than ${'a '.repeat(50_000)}`).words).toBeLessThanOrEqual(40)
  })
})

test('startsOf returns the first words of a shape, operatorMeant the operator of a word', () => {
  expect(startsOf(shape)).toEqual(['while', 'task'])
  expect(startsOf('<path> exists')).toEqual([])
  expect(['AND', 'or', 'not', '&&', 'but'].map(operatorMeant)).toEqual(['&', '|', '~', '&', undefined])
})

test('shapes accept every statement: extra text after one is the error, not its beginning', () => {
  checkProperty(
    fc.property(condition, (made) => {
      for (const { kind, text } of tokenize(String(made))) {
        if (kind !== 'atom') continue
        try {
          parse(`${text} qqq`)
          throw new Error(`was read: ${text} qqq`)
        } catch (error) {
          expect(error).toBeInstanceOf(StatementError)
          expect((error as StatementError).offset).toBeGreaterThan(0)
        }
      }
    }),
    { runs: 1000 },
  )
})
