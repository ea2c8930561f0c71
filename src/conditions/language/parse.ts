/** Statements: text to condition. `~` binds over `&` over `|`; parentheses group; blanks and line ends are free. */
import { atDoor } from '../../errors/at-door.ts'
import { StatementError } from '../../errors/errors.ts'
import { checkZone, nearZones } from '../../time/zone/zone.ts'
import { Condition, heldNodeOf, inZone } from '../condition.ts'
import { allOf, anyOf, type ConditionNode, notOf } from '../node.ts'
import { type Token, tokenize } from './lexer.ts'
import { readAtom } from './match-atom.ts'
import { builtInVocabulary, type Vocabulary } from './vocabulary.ts'

/** Parentheses and negations go no deeper. */
const maxDepth = 64

/**
 * The condition that a statement says. Throws a `StatementError` that shows the place, what was expected, and near words.
 *
 * @example
 * ```ts
 * parse("daily after 07:00 & after task 'fetch' succeeded")
 * ```
 */
export function parse(text: string, words: Vocabulary = builtInVocabulary): Condition {
  return atDoor(parse, () => {
    if (typeof text !== 'string')
      throw new TypeError(`Cannot read a statement as it must be text: ${String(text)}`)
    return new Condition(new StatementParser(text, words).readAll())
  })
}

class StatementParser {
  readonly #text: string
  readonly #words: Vocabulary
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(text: string, words: Vocabulary) {
    this.#text = text
    this.#words = words
    this.#tokens = tokenize(text)
  }

  readAll(): ConditionNode {
    const node = this.#readAny()
    const rest = this.#tokens[this.#next]
    if (rest === undefined) return node
    throw this.#error(
      rest.kind === ')' ? 'a parenthesis closes that was not opened' : 'two conditions stand side by side',
      rest.offset,
      ['&', '|', 'the end'],
    )
  }

  #readAny(): ConditionNode {
    const nodes = [this.#readAll()]
    while (this.#take('|')) nodes.push(this.#readAll())
    return anyOf(nodes)
  }

  #readAll(): ConditionNode {
    const nodes = [this.#readNot()]
    while (this.#take('&')) nodes.push(this.#readNot())
    return allOf(nodes)
  }

  #readNot(): ConditionNode {
    let negations = 0
    while (this.#take('~')) negations += 1
    const node = this.#readOne()
    return negations % 2 === 0 ? node : notOf(node)
  }

  #readOne(): ConditionNode {
    const token = this.#tokens[this.#next]
    if (token === undefined)
      throw this.#error('a condition is missing at the end', this.#text.length, ['a condition'])
    if (token.kind === '(') return this.#readGroup(token)
    if (token.kind !== 'atom')
      throw this.#error(`'${token.text}' has nothing before it`, token.offset, ['a condition'])
    this.#next += 1
    return this.#readWords(token)
  }

  /** Words, perhaps with `in` a zone and `for` a while at the end. An app's own words come first, as they may end so themselves. */
  #readWords(token: Token): ConditionNode {
    const suffix = suffixOf(token.text)
    if (suffix === null) return readAtom(token, this.#words.atoms, this.#text)
    const own = this.#words.own.some(({ pattern }) => pattern.test(token.text))
    if (own) return readAtom(token, this.#words.own, this.#text)
    return this.#withSuffix(this.#readWords({ ...token, text: suffix.head }), suffix, token.offset)
  }

  #withSuffix(node: ConditionNode, { kind, value, place }: Suffix, offset: number): ConditionNode {
    if (kind === 'in') return inZone(node, this.#readZone(value, offset + place))
    try {
      return heldNodeOf(node, value)
    } catch (problem) {
      const inner = problem instanceof StatementError ? problem : null
      throw new StatementError((problem as Error).message.split('\n', 1)[0]!, {
        text: this.#text,
        offset: offset + place + (inner?.offset ?? 0),
        expected: inner?.expected ?? [],
        near: inner?.near ?? [],
        cause: problem,
      })
    }
  }

  #readZone(zone: string, offset: number): string {
    try {
      return checkZone(zone)
    } catch {
      const near = nearZones(zone)
      const message = `Cannot read the statement as the runtime must know the name of a time zone: '${zone.slice(0, 80)}'`
      const expected = ['a time zone such as `Europe/Helsinki`']
      throw new StatementError(message, { text: this.#text, offset, expected, near })
    }
  }

  #readGroup(open: Token): ConditionNode {
    this.#next += 1
    this.#depth += 1
    if (this.#depth > maxDepth)
      throw this.#error(`parentheses may be at most ${maxDepth} deep`, open.offset, [])
    const node = this.#readAny()
    if (!this.#take(')')) throw this.#error('a parenthesis is not closed', open.offset, [')'])
    this.#depth -= 1
    return this.#readAfterGroup(node)
  }

  /** `(…) in Europe/Helsinki` reads all within the parentheses there; `(…) for 5 minutes` is of the whole, too. */
  #readAfterGroup(node: ConditionNode): ConditionNode {
    const token = this.#tokens[this.#next]
    if (token?.kind !== 'atom') return node
    const suffixes: Suffix[] = []
    for (let rest = ` ${token.text}`; rest !== ''; ) {
      const suffix = suffixOf(rest)
      if (suffix === null) return node
      suffixes.unshift(suffix)
      rest = suffix.head
    }
    this.#next += 1
    return suffixes.reduce((made, suffix) => this.#withSuffix(made, suffix, token.offset - 1), node)
  }

  #take(kind: Token['kind']): boolean {
    if (this.#tokens[this.#next]?.kind !== kind) return false
    this.#next += 1
    return true
  }

  #error(rule: string, offset: number, expected: readonly string[]): StatementError {
    return new StatementError(`Cannot read the statement as ${rule}`, { text: this.#text, offset, expected })
  }
}

/** The suffixes of a condition: a zone, or how long it must have held. */
interface Suffix {
  readonly kind: 'in' | 'for'
  readonly head: string
  readonly value: string
  /** Where the value begins. */
  readonly place: number
}

function suffixOf(text: string): Suffix | null {
  const [, head, zone, length] = /^(.*) (?:in ([A-Z][\w+\-/:]*)|for (\d[^']*|PT?\d\w*))$/s.exec(text) ?? []
  const value = zone ?? length
  if (head === undefined || value === undefined || isQuotedAt(text, text.length - value.length)) return null
  return { kind: zone === undefined ? 'for' : 'in', head, value, place: text.length - value.length }
}

function isQuotedAt(text: string, at: number): boolean {
  let isOpen = false
  for (let i = 0; i < at; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === "'") isOpen = !isOpen
  }
  return isOpen
}
