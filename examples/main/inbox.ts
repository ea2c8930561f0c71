/** The watched folder of the main job: which files are new or changed, and the prices read from each. */
import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { extensions, type Price } from './prices.ts'

/** A file as it was when it was seen. */
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
    const files = await Promise.all((await this.#names()).map((name) => this.#look(name)))
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

  /** Drops the prices of files that are gone, and returns the names of these. */
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

  /** Null if the file was deleted in between. */
  async #look(name: string): Promise<SeenFile | null> {
    const stats = await stat(join(this.folder, name)).catch(() => null)
    return stats === null ? null : { name, modifiedMs: stats.mtimeMs }
  }
}
