/** Params: the values that the tasks and conditions of a session share. */
import type { Command } from '../../../machines/commands.ts'
import type { Params } from '../api/session-parts.ts'

type ParamCommand = Extract<Command, { type: 'param.set' | 'param.unset' }>

export interface ParamDeps {
  /** Receives the name of a param before it changes. */
  readonly willChange: (name: string) => void
  /** Receives the name of a param that has changed. */
  readonly onChange: (name: string) => void
  readonly send: (command: ParamCommand) => void
}

/** The params of one session. Methods that change a param send a command. */
export class ParamStore implements Params {
  readonly #values = new Map<string, unknown>()
  readonly #deps: ParamDeps

  constructor(deps: ParamDeps) {
    this.#deps = deps
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
    this.#deps.send({ type: 'param.set', name, value })
  }

  unset(name: string): void {
    this.#deps.send({ type: 'param.unset', name })
  }

  /** The effect of `param.set`. */
  put(name: string, value: unknown): void {
    this.#deps.willChange(name)
    this.#values.set(name, value)
    this.#deps.onChange(name)
  }

  /** The effect of `param.unset`. */
  drop(name: string): void {
    if (!this.#values.has(name)) return
    this.#deps.willChange(name)
    this.#values.delete(name)
    this.#deps.onChange(name)
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
