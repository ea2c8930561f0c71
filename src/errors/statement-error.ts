/** The error of a text that cannot be parsed. */

/**
 * A statement (a condition, a moment or a duration as text) that cannot be parsed. The message marks the position with
 * a caret; `offset` is in UTF-16 units.
 *
 * @example
 * ```ts
 * try {
 *   parse(process.argv[2] ?? 'dayly')
 * } catch (error) {
 *   if (error instanceof StatementError) console.error(error.offset, error.near) // 0 [ 'daily' ]
 * }
 * ```
 */
export class StatementError extends SyntaxError {
  override readonly name = 'StatementError'
  readonly code = 'GANTRY_STATEMENT'
  /** The whole text. */
  readonly text: string
  /** Position of the error, in UTF-16 units from 0. */
  readonly offset: number
  /** Words that would be valid at that position. */
  readonly expected: readonly string[]
  /** Known words close to the word at that position, nearest first. */
  readonly near: readonly string[]

  constructor(
    message: string,
    at: {
      text: string
      offset: number
      expected?: readonly string[]
      near?: readonly string[]
      cause?: unknown
    },
  ) {
    // A cause that the message already contains would be printed twice.
    const isInMessage = at.cause instanceof Error && message.includes(at.cause.message.split('\n', 1)[0]!)
    super(
      withCaret(message, at.text, at.offset, at.expected ?? [], at.near ?? []),
      at.cause === undefined || isInMessage ? undefined : { cause: at.cause },
    )
    this.text = at.text
    this.offset = at.offset
    this.expected = at.expected ?? []
    this.near = at.near ?? []
    // These fields are for programs: a printed error contains them in its message.
    for (const key of ['text', 'offset', 'expected', 'near'])
      Object.defineProperty(this, key, { enumerable: false })
  }
}

function withCaret(
  message: string,
  text: string,
  offset: number,
  expected: readonly string[],
  near: readonly string[],
): string {
  // Only the line around the offset: a statement may be a page long, and the caret must be under its position.
  const from = text.lastIndexOf('\n', offset - 1) + 1
  const to = text.indexOf('\n', offset)
  const line = text.slice(Math.max(from, offset - 60), Math.min(to < 0 ? text.length : to, offset + 60))
  const caret = ' '.repeat(offset - Math.max(from, offset - 60))
  const lines = [message, `  ${line.replaceAll('\t', ' ')}`, `  ${caret}^`]
  if (expected.length > 0) lines.push(`expected ${expected.join(', ')}`)
  if (near.length > 0) lines.push(`did you mean ${near.map((word) => `\`${word}\``).join(' or ')}?`)
  return lines.join('\n')
}
