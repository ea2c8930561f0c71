/** The values that tasks and conditions of a session share. */
import type { Params } from './contract.ts'

/** Shared values; every change is told, by name. */
export class ParamStore implements Params {
  readonly #values = new Map<string, unknown>()
  readonly #onChange: (name: string) => void

  constructor(onChange: (name: string) => void) {
    this.#onChange = onChange
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
    this.#values.set(name, value)
    this.#onChange(name)
  }

  unset(name: string): void {
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
