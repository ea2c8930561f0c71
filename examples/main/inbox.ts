/** The watched folder of the main example: detects new and changed files, and stores the prices from each. */
import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { extensions, type Price } from './prices.ts'

/** The name and the state of a file when it was detected. */
export interface SeenFile {
  readonly name: string
  readonly modifiedMs: number
}

export class Inbox {
  readonly #seen = new Map<string, number>()
  readonly #pricesOf = new Map<string, readonly Price[]>()

  constructor(readonly folder: string) {}

  /** The files that are new, or changed since the last call. */
  async changes(): Promise<SeenFile[]> {
    const files = await Promise.all((await this.#names()).map((name) => this.#stateOf(name)))
    const changed = files.filter((file) => file !== null && this.#seen.get(file.name) !== file.modifiedMs)
    for (const { name, modifiedMs } of changed as SeenFile[]) this.#seen.set(name, modifiedMs)
    return changed as SeenFile[]
  }

  /** Replaces the prices of a file. */
  keep(name: string, prices: readonly Price[]): void {
    this.#pricesOf.set(name, prices)
  }

  /** The prices of all files. */
  prices(): Price[] {
    return [...this.#pricesOf.values()].flat()
  }

  /** Drops the prices of deleted files, and returns their names. */
  async forgetDeleted(): Promise<string[]> {
    const names = new Set(await this.#names())
    const deleted = [...this.#pricesOf.keys()].filter((name) => !names.has(name))
    for (const name of deleted) {
      this.#seen.delete(name)
      this.#pricesOf.delete(name)
    }
    return deleted
  }

  async #names(): Promise<string[]> {
    return (await readdir(this.folder)).filter((name) => extensions.has(extname(name)))
  }

  /** The state of a file; null if it was deleted in between. */
  async #stateOf(name: string): Promise<SeenFile | null> {
    const stats = await stat(join(this.folder, name)).catch(() => null)
    return stats === null ? null : { name, modifiedMs: stats.mtimeMs }
  }
}
