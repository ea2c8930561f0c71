import { describe, expect, test } from '@jest/globals'
import { condition, parse, printNode, Words } from '../../src/conditions/index.ts'

function wordsOf(...wordings: (string | RegExp)[]): Words {
  const words = new Words()
  words.add(condition(wordings, () => true))
  return words
}

describe('Words', () => {
  const words = wordsOf('file {path} exists', /there is (?:a|an) (?<path>\w+)/)

  test('a slot takes one word or quoted text with any characters', () => {
    expect(parse('file a.csv exists', words).node).toMatchObject({ args: { path: 'a.csv' } })
    expect(parse("file 'a & (b).csv' exists", words).node).toMatchObject({ args: { path: 'a & (b).csv' } })
  })

  test('a pattern with named groups is another wording of the same condition', () => {
    expect(parse('there is a ledger', words).node).toMatchObject({ args: { path: 'ledger' } })
  })

  test('they combine with built-in words', () => {
    expect(parse('daily & ~file x exists', words).node).toMatchObject({ kind: 'all' })
  })

  test('what they print is read back, quoted where it must be', () => {
    const { node } = parse("file 'it\\'s | here' exists", words)
    expect(parse(printNode(node), words).node).toEqual(node)
  })

  test('words of one app are unknown to another', () => {
    expect(() => parse('file a.csv exists')).toThrow('there are no such words')
  })

  test('a slot that ends like a zone stays with its own words', () => {
    expect(parse('shops in Europe/Rome', wordsOf('shops in {place}')).node).toMatchObject({
      args: { place: 'Europe/Rome' },
    })
  })

  test.each(['a {x} b {x}', 'a & b', 'not (a)'])('%j cannot be words', (wording) => {
    expect(() => wordsOf(wording)).toThrow(SyntaxError)
  })
})
