/** Messages of invalid statements. */
import { parse } from '../../src/conditions/index.ts'
import { StatementError } from '../../src/errors/statement-error.ts'

export function problemOf(text: string): StatementError {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof StatementError) return error
    throw error
  }
  throw new Error(`was read: ${text}`)
}
