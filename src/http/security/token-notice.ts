/** Logs a generated token once where `listen()` is never called: nothing else would show it. */
import type { Session } from '../../app/index.ts'
import { logLine } from '../contract/log-line.ts'
import type { Authenticator } from './auth.ts'

export class TokenTeller {
  readonly #session: Session
  readonly #auth: Authenticator
  #isTold: boolean

  constructor(session: Session, auth: Authenticator) {
    this.#session = session
    this.#auth = auth
    this.#isTold = !auth.isGenerated
  }

  /** Nothing is left to tell. */
  wasTold(): void {
    this.#isTold = true
  }

  /** Logs the token with the path at which the interface is mounted, the first time. */
  tell(path: string): void {
    if (this.#isTold) return
    this.#isTold = true
    logLine(
      this.#session,
      'info',
      `Gantry is mounted at ${path}/ and made a token, as none was given: open ${path}/#token=${this.#auth.token}`,
    )
  }
}
