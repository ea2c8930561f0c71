/**
 * Parser of statements. `~` binds tighter than `&`, `&` tighter than `|`; parentheses group; whitespace and line ends
 * are free.
 */
import { atDoor } from '../../errors/at-door.ts'
import { StatementError } from '../../errors/statement-error.ts'
import { checkZone, nearZones } from '../../time/zone/zone.ts'
import { Condition, heldNodeOf } from '../condition.ts'
import { inZone } from '../in-zone.ts'
import { allOf, anyOf, type ConditionNode, notOf } from '../node.ts'
import { type Token, tokenize } from './lexer.ts'
import { readAtom } from './match-atom.ts'
import { builtInVocabulary, type Vocabulary } from './vocabulary.ts'

/** Maximum nesting of parentheses and negations. */
const maxDepth = 64

/**
 * Parses a statement to a condition. Throws a `StatementError` with the position, the expected words and similar words.
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
      rest.kind === ')'
        ? 'a parenthesis is closed that was not opened'
        : 'an operator is missing between two conditions',
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
      throw this.#error(`'${token.text}' has no condition before it`, token.offset, ['a condition'])
    this.#next += 1
    return this.#readWords(token)
  }

  /**
   * Parses words, optionally with the suffixes `in` (a zone) and `for` (a duration). Custom words are matched first, as
   * they may end with the same words.
   */
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
      const message = `Cannot read the statement as its time zone must be a name that the runtime knows: '${zone.slice(0, 80)}'`
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

  /** Parses the suffixes of a group: `(…) in Europe/Helsinki` and `(…) for 5 minutes` apply to the whole group. */
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

/** The suffixes of a condition: a zone, or the duration for which it must have held. */
interface Suffix {
  readonly kind: 'in' | 'for'
  readonly head: string
  readonly value: string
  /** Position of the value. */
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
