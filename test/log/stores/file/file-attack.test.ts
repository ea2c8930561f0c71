/**
 * Random disturbances of a log file under a real process: no acknowledged entry is silently lost, and there are never two
 * writers. `GANTRY_SEED=… GANTRY_RUNS=…` repeats a run, or makes it longer.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { buildProgram, type Program } from '../../../support/program.ts'
import { checkProperty } from '../../../support/property.ts'

const root = mkdtempSync(join(tmpdir(), 'gantry-attack-'))
const disk = join(root, 'disk')
mkdirSync(disk)
/** A disk that can be filled, if this system allows a test to mount one. */
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status === 0
let program: Program
const living = new Set<ChildProcess>()

beforeAll(() => {
  program = buildProgram('test/log/stores/file/programs/log-writer.ts')
})
afterAll(() => {
  for (const child of living) child.kill('SIGKILL')
  if (isMounted) spawnSync('umount', ['-l', disk])
  rmSync(root, { recursive: true, force: true })
  program.remove()
})

type Answer = [word: string, more: unknown]

/** A process that holds a log, or was refused. */
class Writer {
  readonly problems: string[] = []
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #ended: Promise<unknown>

  constructor(kind: string, path: string) {
    this.#child = spawn(process.execPath, [program.path, kind, path], { stdio: ['pipe', 'pipe', 'inherit'] })
    living.add(this.#child)
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
    this.#ended = once(this.#child, 'exit').then(() => living.delete(this.#child))
  }

  /** The next line that is not a problem report. */
  async answer(): Promise<Answer> {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done === true) return ['gone', null]
      const space = value.indexOf(' ')
      const [word, more] = [value.slice(0, space), JSON.parse(value.slice(space + 1))]
      if (word !== 'problem') return [word, more]
      this.problems.push(more)
    }
  }

  ask(word: 'append' | 'close'): Promise<Answer> {
    this.#child.stdin!.write(`${word}\n`)
    return this.answer()
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  async close(): Promise<Answer> {
    const answer = await this.ask('close')
    await this.#ended
    return answer
  }
}

const steps = [
  'append',
  'append',
  'append',
  'append',
  'kill',
  'close',
  'move',
  'delete',
  'truncate',
  'cut',
  'rotate',
  'link',
  'symlink',
  'lock',
  'folder',
  'chmod',
  'fill',
  'second',
  'write',
  'back',
] as const
type Step = (typeof steps)[number]

/** One log under attack: the acknowledged entries, and the disturbances. */
class Attack {
  readonly path: string
  #writer: Writer | null = null
  #acked: number[] = []
  /** True if the file was disturbed and nothing was acknowledged since: a kill may now lose acknowledged entries. */
  #isDisturbed = false
  #names = 0

  constructor(
    readonly kind: string,
    folder: string,
  ) {
    this.path = join(folder, 'log')
    mkdirSync(folder, { recursive: true })
  }

  async open(): Promise<void> {
    if (this.#writer !== null) return
    const writer = new Writer(this.kind, this.path)
    const [word, found] = await writer.answer()
    if (word !== 'open') {
      await writer.kill()
      // A hard link made while no process held the log, or a full disk: reported, and resolved by the user.
      expect(String(found)).toMatch(/hard links|room|holds something else/)
      this.#clear()
      return this.open()
    }
    this.#writer = writer
    const lost = this.#acked.filter((seq) => !(found as number[]).includes(seq))
    if (!this.#isDisturbed) expect(lost).toEqual([])
    this.#acked = found as number[]
    this.#isDisturbed = false
  }

  async do(step: Step): Promise<void> {
    const { path } = this
    const name = `${path}.${++this.#names}`
    if (step === 'append') return this.#append()
    if (step === 'kill') {
      await this.#writer?.kill()
      this.#writer = null
      return this.open()
    }
    if (step === 'close') {
      // Closing restores the file, or reports that it cannot.
      const { problems } = this.#writer!
      await this.#close()
      if (!problems.some((problem) => problem.startsWith('Cannot restore'))) this.#isDisturbed = false
      return this.open()
    }
    if (step === 'second') return this.#second(name)
    if (step === 'fill') {
      if (path.startsWith(disk) && isMounted) writeFull(join(disk, 'ballast'))
      return
    }
    if (!existsSync(path)) return
    if (step === 'chmod') return chmodSync(dirname(path), 0o500)
    this.#isDisturbed ||= !['link', 'lock', 'write', 'back'].includes(step)
    if (step === 'move') renameSync(path, name)
    if (step === 'delete') rmSync(path)
    if (step === 'truncate') truncateSync(path)
    if (step === 'cut') truncateSync(path, 40)
    if (step === 'write') writeFileSync(path, 'hello\n', { flag: 'a' })
    if (step === 'link') linkSync(path, name)
    if (step === 'lock') rmSync(`${path}.lock`, { force: true })
    if (step === 'rotate') {
      renameSync(path, name)
      writeFileSync(path, '')
    }
    if (step === 'symlink') {
      renameSync(path, name)
      symlinkSync(`${name}-other`, path)
    }
    if (step === 'folder') renameSync(dirname(path), `${dirname(path)}-${this.#names}`)
    if (step === 'back') {
      // Moved away and back again: nothing is lost, regardless of when it is checked.
      renameSync(path, name)
      renameSync(name, path)
    }
  }

  async #append(): Promise<void> {
    const [word, seq] = await this.#writer!.ask('append')
    if (word === 'acked') {
      this.#acked.push(seq as number)
      this.#isDisturbed = false
      return
    }
    // Not acknowledged, and the reason is reported. The user makes room.
    expect([word, seq]).toEqual(['failed', expect.stringMatching(/^Cannot (append to|restore) run log/)])
    this.#clear()
  }

  async #close(): Promise<void> {
    const [word] = await this.#writer!.close()
    expect(word).toBe('closed')
    this.#writer = null
  }

  /** A second process by another name of the file, while the first is running. */
  async #second(name: string): Promise<void> {
    if (this.#isDisturbed || !existsSync(this.path)) return
    for (const alias of [this.path, name, `${name}-hard`, `${name}-moved`]) {
      if (alias === name) symlinkSync(this.path, alias)
      if (alias.endsWith('-hard')) linkSync(this.path, alias)
      if (alias.endsWith('-moved')) {
        rmSync(`${name}-hard`)
        renameSync(this.path, alias)
      }
      const second = new Writer(this.kind, alias)
      const [word, found] = await second.answer()
      await second.kill()
      // Once the first process has checked, another name belongs to an older copy, which is a separate file.
      if (word === 'open') expect(statSync(this.path).ino).not.toBe(statSync(alias).ino)
      else expect([alias, word, found]).toEqual([alias, 'refused', expect.stringMatching(/one session|room/)])
    }
    this.#isDisturbed = true
  }

  /** Removes obstacles to writing and opening the log. */
  #clear(): void {
    rmSync(join(disk, 'ballast'), { force: true })
    if (existsSync(dirname(this.path))) chmodSync(dirname(this.path), 0o700)
    if (this.#writer !== null || !existsSync(this.path)) return
    // A copy in its place has only one name.
    renameSync(this.path, `${this.path}.old-${++this.#names}`)
    this.#isDisturbed = true
  }

  async end(): Promise<void> {
    this.#clear()
    await this.#append()
    await this.#append()
    await this.#close()
    await this.open()
    await this.#close()
  }
}

function writeFull(path: string): void {
  for (let size = 65_536; size >= 1; size = size >> 1)
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' })
    } catch {
      // No room for that much.
    }
}

test.each(['jsonl', 'csv'])(
  'a %s log under attack silently loses nothing and has one writer',
  async (kind) => {
    let count = 0
    await checkProperty(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.constantFrom(...steps), { minLength: 5, maxLength: 25 }),
        async (isOnDisk, todo) => {
          const attack = new Attack(kind, join(isOnDisk && isMounted ? disk : root, `${kind}-${++count}`))
          await attack.open()
          for (const step of todo) await attack.do(step)
          await attack.end()
        },
      ),
      // A smaller counterexample would take minutes to find.
      { runs: 3, shrink: false },
    )
  },
  // Many processes start and end.
  120_000,
)
