import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parse } from '../../../src/conditions/index.ts'
import { tokenize, unquote } from '../../../src/conditions/language/lexer.ts'
import { StatementError } from '../../../src/errors/statement-error.ts'
import { problemOf } from '../../support/problem-of.ts'
import { checkProperty } from '../../support/property.ts'

describe('tokenize', () => {
  test('cuts operators and atoms, each with its offset', () => {
    const cut = tokenize(" daily  &~( after task 'a & (b)' ) ").map(({ text, offset }) => [text, offset])
    expect(cut).toEqual([
      ['daily', 1],
      ['&', 8],
      ['~', 9],
      ['(', 10],
      ["after task 'a & (b)'", 12],
      [')', 33],
    ])
  })

  test('unquote gives the text back that was escaped', () => {
    expect(unquote("'it\\'s \\\\ here'")).toBe("it's \\ here")
  })
})

describe('parse', () => {
  test('~ binds over & over |', () => {
    expect(parse('~daily & hourly | weekly').node).toEqual(parse('((~daily) & hourly) | weekly').node)
    expect(parse('~daily & hourly | weekly').node).not.toEqual(parse('~(daily & hourly) | weekly').node)
  })

  test('spaces and line ends are free around operators; between words there is one space, in quotes any', () => {
    expect(parse(' daily after 07:00\n  &  hourly ').node).toEqual(parse('daily after 07:00 & hourly').node)
    for (const text of ['daily  after 07:00', 'daily\nafter 07:00', 'daily after\t07:00'])
      expect(() => parse(text)).toThrow(/words must be separated by one space/)
    expect(parse("after task 'a  b'").node).toMatchObject({ kind: 'after', task: 'a  b' })
  })

  test.each([
    ['', 0],
    ['daily &', 7],
    ['daily & | hourly', 8],
    ['(daily', 0],
    ['daily)', 5],
    ['daily (hourly)', 6],
    ["after task 'a", 11],
    ['hourly & dayly', 9],
    ['daily after 25:00', 12],
  ])('%j is a StatementError at %d', (text, offset) => {
    expect(problemOf(text).offset).toBe(offset)
  })

  test('a misspelled word is reported with a suggestion', () => {
    expect(problemOf('dayly').near).toContain('daily')
  })

  test('an unknown zone is a StatementError', () => {
    expect(problemOf('daily in Europe/Helsinky').message).toContain('Helsinky')
  })

  test('length and depth are bounded', () => {
    expect(() => parse(`${'('.repeat(64)}daily${')'.repeat(64)}`)).not.toThrow()
    expect(problemOf(`${'('.repeat(65)}daily${')'.repeat(65)}`).offset).toBe(64)
    expect(problemOf(`daily${' '.repeat(4096)}`).offset).toBe(4096)
  })

  test('any text is parsed or is a StatementError', () => {
    const piece = fc.constantFrom(
      ...[
        'daily',
        'after',
        '07:00',
        "task 'a'",
        'has succeeded',
        'today',
        'past',
        '2 hours',
        'every',
        '10 minutes',
      ],
      ...[
        '&',
        '|',
        '~',
        '(',
        ')',
        "'",
        '\\',
        'in Europe/Rome',
        'retry',
        '3 times',
        'cron',
        '*/5 * * * *',
        '-1',
        'on',
        'Mon',
      ],
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(' ')),
      fc.string(),
    )
    checkProperty(
      fc.property(text, (statement) => {
        try {
          parse(statement)
        } catch (error) {
          expect(error).toBeInstanceOf(StatementError)
        }
      }),
      { runs: 5000 },
    )
  })
})
