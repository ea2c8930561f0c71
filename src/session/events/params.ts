/** Params: the values that the tasks and conditions of a session share. */
import type { Command } from '../../../machines/commands.ts'
import type { Params } from '../api/session-parts.ts'

type ParamCommand = Extract<Command, { type: 'param.set' | 'param.unset' }>

/** The params of one session. Methods that change a param send a command; `onChange` receives the name of each changed param. */
export class ParamStore implements Params {
  readonly #values = new Map<string, unknown>()
  readonly #onChange: (name: string) => void
  readonly #send: (command: ParamCommand) => void

  constructor(onChange: (name: string) => void, send: (command: ParamCommand) => void) {
    this.#onChange = onChange
    this.#send = send
  }

  get(name: string): unknown {
    return this.#values.get(name)
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  set(name: string, value: unknown): void {
    if (typeof name !== 'string' || name === '')
      throw new TypeError(`Cannot set a param as its name must be a non-empty string: ${String(name)}`)
    this.#send({ type: 'param.set', name, value })
  }

  unset(name: string): void {
    this.#send({ type: 'param.unset', name })
  }

  /** The effect of `param.set`. */
  put(name: string, value: unknown): void {
    this.#values.set(name, value)
    this.#onChange(name)
  }

  /** The effect of `param.unset`. */
  drop(name: string): void {
    if (this.#values.delete(name)) this.#onChange(name)
  }

  clear(): void {
    for (const name of [...this.#values.keys()]) this.unset(name)
  }

  entries(): [string, unknown][] {
    return [...this.#values.entries()]
  }

  toJSON(): Record<string, unknown> {
    return Object.fromEntries(this.#values)
  }
}
