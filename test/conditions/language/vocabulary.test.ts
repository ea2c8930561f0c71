import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { condition, parse, printNode, Vocabulary } from '../../../src/conditions/index.ts'
import { StatementError } from '../../../src/errors/statement-error.ts'
import { checkProperty } from '../../support/property.ts'

function wordsOf(...wordings: (string | RegExp)[]): Vocabulary {
  const words = new Vocabulary()
  words.add(condition(wordings, () => true))
  return words
}

describe('Vocabulary', () => {
  const words = wordsOf('file {path} exists', /there is (?:a|an) (?<path>\w+)/)

  test('a placeholder takes one word or quoted text with any characters', () => {
    expect(parse('file a.csv exists', words).node).toMatchObject({ args: { path: 'a.csv' } })
    expect(parse("file 'a & (b).csv' exists", words).node).toMatchObject({ args: { path: 'a & (b).csv' } })
  })

  test('a pattern with named groups is another form of the same condition', () => {
    expect(parse('there is a ledger', words).node).toMatchObject({ args: { path: 'ledger' } })
  })

  test('they combine with the built-in vocabulary', () => {
    expect(parse('daily & ~file x exists', words).node).toMatchObject({ kind: 'all' })
  })

  test('printed text is parsed back, quoted where necessary', () => {
    const { node } = parse("file 'it\\'s | here' exists", words)
    expect(parse(printNode(node), words).node).toEqual(node)
  })

  test('words of one app are unknown to another', () => {
    expect(() => parse('file a.csv exists')).toThrow('it contains unknown words')
  })

  test('a placeholder that ends like a zone belongs to its own words', () => {
    expect(parse('shops in Europe/Rome', wordsOf('shops in {place}')).node).toMatchObject({
      args: { place: 'Europe/Rome' },
    })
  })

  test('typed placeholders give values, and print as they are parsed', () => {
    const old = condition(
      'file {path:word} of {who:task} is older than {age:duration} at {at:moment} on {day:date}, {n:number} times',
      () => true,
    )
    const typed = new Vocabulary()
    typed.add(old)
    const made = old({
      path: 'a.csv',
      who: "it's & me",
      age: { hours: 2 },
      at: '7 am',
      day: new Date(Date.UTC(2026, 11, 24)),
      n: -1.5,
    })
    const text = "file a.csv of 'it\\'s & me' is older than 2 hours at 07:00 on 2026-12-24 00:00Z, -1.5 times"
    expect(made.node).toMatchObject({
      args: {
        path: 'a.csv',
        who: "it's & me",
        age: 7_200_000,
        at: '07:00',
        day: '2026-12-24 00:00Z',
        n: -1.5,
      },
    })
    expect(String(made)).toBe(text)
    expect(parse(text, typed).node).toBe(made.node)
    expect(parse(text.replace('2 hours', 'PT2H').replace('07:00', '7 am'), typed).node).toBe(made.node)
  })

  test('any text that fills a placeholder is parsed back', () => {
    const between = condition('{a} to {b:word}, not {c}', () => true)
    const own = new Vocabulary()
    own.add(between)
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."ab to,n'\\&|~() ") }),
      fc.string({ unit: 'binary' }),
    )
    const word = text.map((letters) => `w${letters.replace(/\s/g, '')}`)
    checkProperty(
      fc.property(text, word, text, (a, b, c) => {
        const made = between({ a, b, c })
        expect(parse(String(made), own).node).toMatchObject({ args: { a, b, c } })
      }),
      { runs: 1000 },
    )
  })

  test('text that contains the words after its placeholder prints in quotes', () => {
    const route = condition('from-{a}-to-{b}', () => true)
    expect(String(route({ a: 'x-to-y', b: 'z' }))).toBe("from-'x-to-y'-to-'z'")
    expect(String(route({ a: 'x', b: 'y-to-z' }))).toBe('from-x-to-y-to-z')
  })

  test('an arg without a placeholder is rejected with a suggestion', () => {
    const exists = condition('file {path} exists', () => true)
    expect(() => exists({ pth: 'a' } as never)).toThrow(/the placeholders path: 'pth'. Did you mean 'path'\?/)
    expect(() => condition('it rains', () => true)({ at: 1 } as never)).toThrow(/no placeholders: 'at'/)
    expect(String(condition(() => true)({ at: 1 }))).toMatch(/at: 1/)
  })

  test.each([
    ['daily', undefined],
    ['every 10 minutes', undefined],
    ['it rains', 'it rains'],
    ['file {path} exists', 'file {name} exists'],
  ])('words that already have a meaning are rejected: %s', (wording, earlier) => {
    const own = wordsOf(...(earlier === undefined ? [] : [earlier]))
    const count = own.own.length
    expect(() => own.add(condition([`new ${wording}`, wording], () => true))).toThrow(
      /never reach the condition: /,
    )
    expect(own.own).toHaveLength(count)
  })

  test('several templates mean one condition, each with its own placeholders', () => {
    const count = condition(['{n:number} files wait', 'more than {n:number} wait', 'files wait'], () => true)
    const own = new Vocabulary()
    own.add(count)
    expect(parse('more than 3 wait', own).node).toBe(count({ n: 3 }).node)
    expect(String(count({ n: 3 }))).toBe('3 files wait')
    expect(parse('files wait', own).node).toBe(count().node)
  })

  test('a custom pattern prints its original words', () => {
    expect(String(parse("~there is an 'ledger'", wordsOf(/there is (?:a|an) (?<what>'.+'|\w+)/)))).toBe(
      "~there is an 'ledger'",
    )
  })

  test.each([
    ['older than 2 hous', 'hous', 'hours'],
    ['older tahn 2 hours', 'tahn', 'than'],
    ['older than', '', ''],
  ])('%j is reported at %j, near %j', (text, at, near) => {
    const own = wordsOf('older than {age:duration}')
    try {
      parse(text, own)
      throw new Error('was read')
    } catch (error) {
      expect(error).toBeInstanceOf(StatementError)
      const { offset, near: words } = error as StatementError
      expect(text.slice(offset)).toMatch(new RegExp(`^${at}`))
      if (at === '') expect(offset).toBe(text.length)
      if (near !== '') expect(words).toContain(near)
    }
  })

  test.each([
    ['is {n:nubmer}', /Did you mean 'number'/],
    ['{a}', /a word besides placeholders/],
    ['is {a}{b}', /separated by words/],
    ['is {2x}', /a placeholder must be a name/],
    ['is {a', /unclosed placeholder/],
  ])('%j cannot be a template', (wording, error) => {
    expect(() => condition(wording, () => true)).toThrow(error)
  })

  test('an invalid value for a placeholder is rejected', () => {
    const typed = condition('{n:number} of {path:word} for {age:duration}', () => true)
    const good = { n: 1, path: 'x', age: '1 s' } as const
    expect(() => typed({ ...good, n: Number.NaN })).toThrow(TypeError)
    expect(() => typed({ ...good, path: 'a b' })).toThrow(TypeError)
    expect(() => typed({ ...good, age: 'soon' as never })).toThrow(StatementError)
    expect(() => condition(['a {x}', 'b {x:number}'], () => true)).toThrow(SyntaxError)
  })

  test.each(['a {x} b {x}', 'a & b', 'not (a)'])('%j cannot be words', (wording) => {
    expect(() => wordsOf(wording)).toThrow(SyntaxError)
  })
})
