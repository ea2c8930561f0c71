/** Parser of the words between operators, with suggestions for unknown words. */
import { StatementError } from '../../errors/statement-error.ts'
import { near } from '../../errors/suggest.ts'
import type { ConditionNode } from '../node.ts'
import type { Atom, AtomCaptures } from './atom.ts'
import { furthestOf, operatorMeant, type Reach, startsOf } from './grammar-hints.ts'
import type { Token } from './lexer.ts'

/** Parses an atom. Throws a `StatementError` with the position in the whole statement. */
export function readAtom(token: Token, atoms: readonly Atom[], whole: string): ConditionNode {
  for (const atom of atoms) {
    const match = atom.pattern.exec(token.text)
    if (match === null) continue
    const parts: AtomCaptures = match.groups ?? {}
    try {
      return atom.build(parts, token.text)
    } catch (problem) {
      throw placed(problem, token, match, atom, whole)
    }
  }
  throw unknownWords(token, atoms, whole)
}

function unknownWords(token: Token, atoms: readonly Atom[], whole: string): StatementError {
  const { text } = token
  const shapes = [...new Set(atoms.flatMap((atom) => atom.shape ?? []))]
  if (isCronExpression(text))
    return new StatementError('Cannot read the statement as a cron expression must follow the word `cron`', {
      text: whole,
      offset: token.offset,
      near: [`cron ${text}`],
    })
  const reach = furthestOf(text, shapes)
  if (reach.words === 0) {
    const first = /^\S+/.exec(text)?.[0] ?? text
    const starts = [...new Set(shapes.flatMap(startsOf))]
    const meant = operatorMeant(first)
    // Most words of two characters are similar.
    const close = meant === undefined ? near(first.length > 2 ? first : '', starts) : [meant]
    return new StatementError(`Cannot read the statement as it contains unknown words: ${shortened(text)}`, {
      text: whole,
      offset: token.offset,
      expected: close.length === 0 ? starts : shapes.filter((shape) => startsOf(shape).includes(close[0]!)),
      near: close,
    })
  }
  return stoppedAt(reach, token, whole)
}

/** True for five or six fields of cron, which many users try first. */
function isCronExpression(text: string): boolean {
  return /^(?:[\d*][\w*,/#?-]*|\?|L|[A-Z]{3}(?:[-,][A-Z]{3})*)(?: (?:[\d*][\w*,/#?-]*|\?|LW?|[A-Z]{3}(?:[-,][A-Z]{3})*)){4,5}$/.test(
    text,
  )
}

function stoppedAt(reach: Reach, token: Token, whole: string): StatementError {
  const { text } = token
  const isCut = reach.place === text.length
  const rule = isCut ? 'it is incomplete' : 'it contains unknown words'
  return new StatementError(`Cannot read the statement as ${rule}: ${shortened(text)}`, {
    text: whole,
    offset: token.offset + reach.place,
    expected: reach.expected,
    near: reach.near,
  })
}

/** The same error, located in the whole statement at the part that caused it. */
function placed(
  problem: unknown,
  token: Token,
  match: RegExpExecArray,
  atom: Atom,
  whole: string,
): StatementError {
  const message = problem instanceof Error ? problem.message.split('\n', 1)[0]! : String(problem)
  const inner = problem instanceof StatementError ? problem : null
  // A misspelled word of the language is often accepted as part of a moment or a duration.
  const reach = inner === null || atom.shape === null ? null : furthestOf(token.text, [atom.shape])
  if (reach !== null && reach.near.length > 0) return stoppedAt(reach, token, whole)
  const meant = / (?:and|or) /.test(inner?.text ?? '') ? ['&'] : []
  return new StatementError(message, {
    text: whole,
    offset: Math.min(token.offset + placeOf(message, inner, match), whole.length),
    expected: inner?.expected ?? [],
    near: [...(inner?.near ?? []), ...meant],
    cause: problem,
  })
}

/** Position of the part that caused the error, in the atom's text. */
function placeOf(message: string, inner: StatementError | null, match: RegExpExecArray): number {
  const parts = Object.entries(match.groups ?? {}).filter(([, part]) => part !== undefined)
  const placeOfPart = (name: string): number => match.indices?.groups?.[name]?.[0] ?? 0
  for (const [name, part] of parts) {
    if (inner !== null && part!.includes(inner.text))
      return placeOfPart(name) + part!.indexOf(inner.text) + inner.offset
    // Messages of this package end with the value that they are about.
    if (inner === null && new RegExp(`[ ']${escaped(part!)}[.']*$`).test(message)) return placeOfPart(name)
  }
  return parts.length === 1 ? placeOfPart(parts[0]![0]) : 0
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
