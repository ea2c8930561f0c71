/**
 * The order of a workflow's effects and its records: a new state is recorded when the workflow comes to rest, and what must wait
 * for that record (the start of an invoked actor, the answer to an event) follows when it is durable.
 */

/** Stores the present state. A promise resolves when it is durable. */
export type Keep = () => void | Promise<void>

export class Recorder {
  readonly #keep: Keep
  readonly #fail: (error: unknown) => void
  #isDirty = false
  #isPlanned = false
  #isWriting = false
  #isClosed = false
  #waiting: (() => void)[] = []
  #answers: (() => void)[] = []

  /** @param fail - Called with the error of a state that cannot be stored. */
  constructor(keep: Keep, fail: (error: unknown) => void) {
    this.#keep = keep
    this.#fail = fail
  }

  /** Marks that the state has changed. It is recorded at the end of this turn, together with further changes. */
  touch(): void {
    this.#isDirty = true
    this.#plan()
  }

  /** Calls once the present state is durable. */
  afterwards(call: () => void): void {
    if (this.#isClosed) return
    if (!this.#isDirty && !this.#isWriting) return call()
    this.#waiting.push(call)
    this.#plan()
  }

  /** Answers an event once the present state is durable, or when {@link answerAll} is called. */
  answer(call: () => void): void {
    if (!this.#isClosed && !this.#isDirty && !this.#isWriting) return call()
    this.#answers.push(call)
    if (!this.#isClosed) this.#plan()
  }

  /** Records the present state, for the last time; what waits for it does not begin. */
  async flush(): Promise<void> {
    this.close()
    await this.#keep()
    this.answerAll()
  }

  /** Ends the records; what waits for them does not begin. */
  close(): void {
    this.#isClosed = true
    this.#waiting = []
  }

  /** Answers the events that wait: the end of the run is durable. */
  answerAll(): void {
    for (const call of this.#answers.splice(0)) call()
  }

  #plan(): void {
    if (this.#isPlanned || this.#isWriting) return
    this.#isPlanned = true
    queueMicrotask(() => {
      this.#isPlanned = false
      this.#rest()
    })
  }

  #rest(): void {
    if (this.#isClosed || this.#isWriting) return
    this.#isDirty = false
    const waiting = this.#waiting
    const answers = this.#answers
    this.#waiting = []
    this.#answers = []
    try {
      const durable = this.#keep()
      if (!(durable instanceof Promise)) return this.#release(waiting, answers)
      this.#isWriting = true
      durable.then(
        () => {
          this.#isWriting = false
          this.#release(waiting, answers)
          if (this.#isDirty || this.#waiting.length + this.#answers.length > 0) this.#plan()
        },
        (error) => this.#failed(error, answers),
      )
    } catch (error) {
      this.#failed(error, answers)
    }
  }

  #release(waiting: readonly (() => void)[], answers: readonly (() => void)[]): void {
    for (const call of answers) call()
    for (const call of waiting) {
      if (this.#isClosed) return
      call()
    }
  }

  #failed(error: unknown, answers: readonly (() => void)[]): void {
    this.#answers.unshift(...answers)
    if (this.#isClosed) return
    this.close()
    this.#fail(error)
  }
}
