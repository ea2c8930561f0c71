/** Notice of a generated token, logged once if `listen()` does not print it. */
import type { Session } from '../../app/index.ts'
import { logLine } from '../contract/log-line.ts'
import type { Authenticator } from './auth.ts'

export class TokenNotice {
  readonly #session: Session
  readonly #auth: Authenticator
  #isDone: boolean

  constructor(session: Session, auth: Authenticator) {
    this.#session = session
    this.#auth = auth
    this.#isDone = !auth.isGenerated
  }

  /** Suppresses the notice: the token is printed elsewhere. */
  skip(): void {
    this.#isDone = true
  }

  /** Logs a link with the token and the mount path, at the first call only. */
  log(path: string): void {
    if (this.#isDone) return
    this.#isDone = true
    logLine(
      this.#session,
      'info',
      `Gantry is mounted at ${path}/ with a generated token: open ${path}/#token=${this.#auth.token}`,
    )
  }
}
