/** Contract tests of stores in a file: the effects when other programs move, delete, replace, link or truncate it. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { LogEntry } from '../../../src/log/entry.ts'
import { resilientStore } from '../../../src/log/resilience/resilient-store.ts'
import type { Store } from '../../../src/log/store.ts'
import type { LogProblem } from '../../../src/log/store-problem.ts'
import { newPathsIn, record } from './store-laws.ts'

/** Creates a store of the kind at a path. */
export type StoreAt = (path: string, onProblem?: (problem: LogProblem) => void) => Store

/** [the event, its simulation, a word of the reported message] */
export const misfortunes: readonly [string, (path: string) => void, string][] = [
  ['moved', (path) => renameSync(path, `${path}.1`), 'moved away'],
  ['deleted', (path) => rmSync(path), 'deleted'],
  ['truncated', (path) => truncateSync(path), 'truncated'],
  ['truncated in part', (path) => truncateSync(path, readFileSync(path).length - 3), 'truncated'],
  [
    'rotated with `create`',
    (path) => {
      renameSync(path, `${path}.1`)
      writeFileSync(path, '')
    },
    'replaced',
  ],
  [
    'rotated with `copytruncate`',
    (path) => {
      copyFileSync(path, `${path}.1`)
      truncateSync(path)
    },
    'truncated',
  ],
  [
    'saved by an editor',
    (path) => {
      writeFileSync(`${path}~`, readFileSync(path, 'utf8').replace('a-1', 'a-x'))
      renameSync(`${path}~`, path)
    },
    'replaced',
  ],
  ['written by others', (path) => writeFileSync(path, 'hello\n', { flag: 'a' }), 'another program'],
  ['linked', (path) => linkSync(path, `${path}.hard`), 'hard link'],
  [
    'replaced by a symbolic link to another file',
    (path) => {
      renameSync(path, `${path}.1`)
      writeFileSync(`${path}.2`, '')
      symlinkSync(`${path}.2`, path)
    },
    'replaced',
  ],
  [
    'replaced by a symbolic link to nothing',
    (path) => {
      renameSync(path, `${path}.1`)
      symlinkSync(`${path}.2`, path)
    },
    'moved away',
  ],
  ['moved with its folder', (path) => renameSync(dirname(path), `${dirname(path)}-old`), 'moved away'],
  ['deleted with its folder', (path) => rmSync(dirname(path), { recursive: true }), 'deleted'],
]

const seqs = (entries: readonly LogEntry[]) => entries.map(({ seq }) => seq)

/** Tests stores that restore their file by themselves. */
export function describeFileStore(kind: string, storeAt: StoreAt): void {
  const { newPath } = newPathsIn(`${kind}-laws`, kind)
  /** A path in a separate folder. */
  const newPlace = (): string => {
    const folder = newPath()
    mkdirSync(folder)
    return join(folder, `log.${kind}`)
  }

  async function seqsAt(path: string): Promise<number[]> {
    const problems: LogProblem[] = []
    const store = storeAt(path, (problem) => problems.push(problem))
    const entries = await store.load()
    await store.close()
    expect(problems).toEqual([])
    return seqs(entries)
  }

  describe(`a ${kind} log whose file is disturbed while it is open`, () => {
    test.each(misfortunes)(
      '%s: an append reports it, and a restart finds all entries',
      async (_, disturb, word) => {
        const path = newPlace()
        const problems: LogProblem[] = []
        const store = storeAt(path, (problem) => problems.push(problem))
        await store.append([1, 2].map((seq) => record(seq)))
        await store.append([record(3)])
        disturb(path)
        await Promise.all([store.append([record(4)]), store.append([record(5)])])
        expect(problems).toMatchObject([{ kind: 'displaced', path, message: expect.stringContaining(word) }])
        await store.append([record(6)])
        expect(problems).toHaveLength(1)
        // As if the process had died here: the file at the path contains everything.
        expect(readFileSync(path, 'utf8')).toContain('a-6')
        await store.close()
        expect(await seqsAt(path)).toEqual([1, 2, 3, 4, 5, 6])
        expect(existsSync(`${path}.lock`)).toBe(false)
      },
    )

    test.each(misfortunes)('%s: the end of the process writes all of it', async (_, disturb) => {
      const path = newPlace()
      const store = storeAt(path, () => {})
      await store.append([record(1), record(2)])
      const appended = store.append([record(3)])
      disturb(path)
      store.flushSync!()
      const text = readFileSync(path, 'utf8')
      for (const id of ['a-1', 'a-2', 'a-3']) expect(text).toContain(id)
      await appended
      await store.append([record(4)])
      await store.close()
      expect(await seqsAt(path)).toEqual([1, 2, 3, 4])
    })

    test.each(misfortunes)('%s: close and prune restore it', async (_, disturb) => {
      for (const act of [
        (store: Store) => store.prune({ maxPerTask: 2 }, 0),
        (store: Store) => store.close(),
      ]) {
        const path = newPlace()
        const problems: LogProblem[] = []
        const store = storeAt(path, (problem) => problems.push(problem))
        await store.append([1, 2, 3].map((seq) => record(seq, 'a', 'success')))
        disturb(path)
        await act(store)
        expect(problems).toMatchObject([{ kind: 'displaced' }])
        await store.close()
        expect((await seqsAt(path)).slice(-2)).toEqual([2, 3])
      }
    })

    test('a file in its place that is not empty is kept', async () => {
      const path = newPlace()
      const problems: LogProblem[] = []
      const store = storeAt(path, (problem) => problems.push(problem))
      await store.append([record(1)])
      unlinkSync(path)
      writeFileSync(path, 'precious')
      await store.append([record(2)])
      expect(readFileSync(problems[0]!.movedTo!, 'utf8')).toBe('precious')
      await store.close()
      expect(await seqsAt(path)).toEqual([1, 2])
    })

    test('failed attempts leave no copies', async () => {
      const path = newPlace()
      const store = storeAt(path, () => {})
      await store.append([record(1)])
      unlinkSync(path)
      writeFileSync(path, 'precious')
      mkdirSync(`${path}.tmp`)
      const copies = () => readdirSync(dirname(path)).filter((name) => name.includes('replaced')).length
      for (let n = 0; n < 2; n++)
        await expect(Promise.resolve(store.append([record(2)]))).rejects.toThrow(/Cannot restore/)
      expect(copies()).toBe(0)
      rmSync(`${path}.tmp`, { recursive: true })
      await store.append([record(2)])
      expect(copies()).toBe(1)
      await store.close()
      expect(await seqsAt(path)).toEqual([1, 2])
    })

    test('what cannot be restored is not acknowledged: the guard waits until it can be', async () => {
      const path = newPlace()
      const states: string[] = []
      let changed = (): void => {}
      const guard = resilientStore(
        storeAt(path, () => {}),
        {
          retryMs: 1,
          onHealth: ({ state }) => {
            states.push(state)
            changed()
          },
        },
      )
      await guard.append([record(1)])
      unlinkSync(path)
      mkdirSync(path)
      const isDown = new Promise<void>((resolve) => (changed = resolve))
      const appended = guard.append([record(2)])
      await isDown
      expect(guard.health.reason?.message).toContain('must be a file')
      rmSync(path, { recursive: true })
      await appended
      await guard.close()
      expect(states).toEqual(['degraded', 'ok'])
      expect(await seqsAt(path)).toEqual([1, 2])
    })

    test('a lock that is deleted is taken again; one that another session took meanwhile prevents writes', async () => {
      const path = newPlace()
      const problems: LogProblem[] = []
      const store = storeAt(path, (problem) => problems.push(problem))
      await store.append([record(1)])
      unlinkSync(`${path}.lock`)
      await store.append([record(2)])
      expect(problems).toMatchObject([{ kind: 'displaced', message: expect.stringContaining('lock') }])
      expect(existsSync(`${path}.lock`)).toBe(true)
      const other = JSON.stringify({ pid: 1, host: 'elsewhere', born: null, token: 'x' })
      unlinkSync(`${path}.lock`)
      writeFileSync(`${path}.lock`, other)
      const before = readFileSync(path)
      await expect(Promise.resolve(store.append([record(3)]))).rejects.toThrow(/process 1 on elsewhere/)
      expect(readFileSync(path)).toEqual(before)
      await store.close()
      expect(readFileSync(`${path}.lock`, 'utf8')).toBe(other)
    })

    test('the moved folder has no owner, and may be opened there', async () => {
      const path = newPlace()
      const store = storeAt(path, () => {})
      await store.append([record(1)])
      const old = `${dirname(path)}-old`
      renameSync(dirname(path), old)
      await store.append([record(2)])
      expect(await seqsAt(join(old, basename(path)))).toEqual([1])
      expect(readdirSync(old)).toEqual([basename(path)])
      await store.close()
      expect(await seqsAt(path)).toEqual([1, 2])
    })
  })

  describe(`a ${kind} log loads each entry once`, () => {
    const entries = [
      record(1),
      record(2, 'a', 'success', { runId: 'a-1' }),
      record(3),
      record(4, 'a', 'fail', { runId: 'a-3' }),
    ]

    /** The entries and problems after the lines of a log (the header is line 0) were changed. */
    async function afterEdit(
      edit: (lines: string[]) => void,
    ): Promise<{ seqs: number[]; problem: LogProblem; aside: string }> {
      const path = newPlace()
      const store = storeAt(path)
      await store.append(entries)
      await store.close()
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
      edit(lines)
      writeFileSync(path, `${lines.join('\n')}\n`)
      const problems: LogProblem[] = []
      const again = storeAt(path, (problem) => problems.push(problem))
      const found = await again.load()
      await again.close()
      expect(problems).toHaveLength(1)
      expect(await seqsAt(path)).toEqual(seqs(found))
      const { movedTo } = problems[0]!
      const aside = movedTo === undefined ? '' : readFileSync(movedTo, 'utf8')
      return { seqs: seqs(found), problem: problems[0]!, aside }
    }

    test.each([1, 2, 3, 4])('line %i is duplicated, at the end or in between', async (line) => {
      for (const place of [line, 4]) {
        let copied = ''
        const { seqs, problem, aside } = await afterEdit((lines) => {
          copied = lines[line]!
          lines.splice(place + 1, 0, copied)
        })
        expect(seqs).toEqual([1, 2, 3, 4])
        expect(problem).toMatchObject({
          kind: 'bad line',
          message: expect.stringContaining(`line ${place + 2}: seq ${line} is a duplicate`),
        })
        expect(aside).toBe(`${copied}\n`)
      }
    })

    test('the whole file is duplicated, header included', async () => {
      const { seqs, aside } = await afterEdit((lines) => lines.push(...lines))
      expect(seqs).toEqual([1, 2, 3, 4])
      expect(aside.trimEnd().split('\n')).toHaveLength(4)
    })

    test('lines in another order are sorted by seq', async () => {
      const { seqs, problem } = await afterEdit((lines) => lines.push(lines.splice(2, 1)[0]!))
      expect(seqs).toEqual([1, 2, 3, 4])
      expect(problem.message).toContain('order of seq')
    })

    /** The line of an entry in another file of the kind. */
    async function lineOf(entry: LogEntry): Promise<string> {
      const path = newPlace()
      const store = storeAt(path)
      await store.append([entry])
      await store.close()
      return readFileSync(path, 'utf8').trimEnd().split('\n').at(-1)!
    }

    test('the end of a run is duplicated, with another seq', async () => {
      const copy = await lineOf({ ...entries[3]!, seq: 7 })
      const { seqs, problem, aside } = await afterEdit((lines) => lines.push(copy))
      expect(seqs).toEqual([1, 2, 3, 4])
      expect(problem.message).toContain('the end of run a-3 is a duplicate')
      expect(aside).toBe(`${copy}\n`)
    })

    test.each<[string, object, string]>([
      ['an action', { ...record(5), action: 'walk' }, 'action must be one of run, '],
      ['a kind of note', { seq: 5, note: 'song', at: 1 }, 'note must be one of missed, '],
    ])('%s that does not exist is quarantined and reported', async (_, entry, reason) => {
      for (const place of [3, 5]) {
        const line = await lineOf(entry as LogEntry)
        const { seqs, problem, aside } = await afterEdit((lines) => lines.splice(place, 0, line))
        expect(seqs).toEqual([1, 2, 3, 4])
        expect(problem.message).toContain(reason)
        expect(aside).toBe(`${line}\n`)
      }
    })
  })

  describe(`a ${kind} log has one writer under all of its names`, () => {
    /** [the name, its creation, which returns the other path] */
    const names: readonly [string, (path: string) => string][] = [
      [
        'a symbolic link',
        (path) => {
          symlinkSync(path, `${path}.link`)
          return `${path}.link`
        },
      ],
      [
        'a link to a link',
        (path) => {
          symlinkSync(path, `${path}.link`)
          symlinkSync(`${path}.link`, `${path}.link2`)
          return `${path}.link2`
        },
      ],
      [
        'a linked folder',
        (path) => {
          symlinkSync(dirname(path), `${dirname(path)}-link`)
          return join(`${dirname(path)}-link`, basename(path))
        },
      ],
      ['dots', (path) => `${dirname(path)}/../${basename(dirname(path))}/./${basename(path)}`],
      [
        'a hard link',
        (path) => {
          linkSync(path, `${path}.hard`)
          return `${path}.hard`
        },
      ],
      [
        'a hard link in another folder',
        (path) => {
          const other = newPlace()
          linkSync(path, other)
          return other
        },
      ],
      [
        'the name it was moved to',
        (path) => {
          renameSync(path, `${path}.1`)
          return `${path}.1`
        },
      ],
    ]

    test.each(names)('%s', async (_, otherNameOf) => {
      const path = newPlace()
      const first = storeAt(path, () => {})
      await first.append([record(1)])
      const other = otherNameOf(path)
      const second = storeAt(other, () => {})
      await expect((async () => second.load())()).rejects.toMatchObject({ code: 'GANTRY_RUN_LOG' })
      await first.append([record(2)])
      await first.close()
      expect(await seqsAt(path)).toEqual([1, 2])
    })

    /** Mounts a folder or a file under another path, if the system permits it. */
    function mounted(from: string, to: string): boolean {
      if (spawnSync('mount', ['--bind', from, to]).status !== 0) return false
      mounts.push(to)
      return true
    }
    const mounts: string[] = []
    afterEach(() => {
      for (const path of mounts.splice(0)) spawnSync('umount', ['-l', path])
    })

    test('a folder, or the file alone, that is mounted in another place', async () => {
      const path = newPlace()
      const first = storeAt(path, () => {})
      await first.append([record(1)])
      const folder = newPath()
      mkdirSync(folder)
      const file = newPlace()
      writeFileSync(file, '')
      for (const [from, to, other] of [
        [dirname(path), folder, join(folder, basename(path))],
        [path, file, file],
      ] as const) {
        if (!mounted(from, to)) continue
        await expect((async () => storeAt(other).load())()).rejects.toThrow(/one session/)
      }
      await first.append([record(2)])
      await first.close()
      expect(await seqsAt(path)).toEqual([1, 2])
    })

    test('a file with two names is opened by neither, even without an owner', async () => {
      const path = newPlace()
      const store = storeAt(path)
      await store.append([record(1)])
      await store.close()
      linkSync(path, `${path}.hard`)
      for (const name of [path, `${path}.hard`]) {
        await expect((async () => storeAt(name).load())()).rejects.toThrow(/hard links.*: 2 names/)
        expect(existsSync(`${name}.lock`)).toBe(false)
      }
      unlinkSync(`${path}.hard`)
      expect(await seqsAt(path)).toEqual([1])
    })

    test('a log that is opened by a symbolic link stays in place when it is rewritten', async () => {
      const path = newPlace()
      const link = `${path}.link`
      symlinkSync(path, link)
      const store = storeAt(link, () => {})
      await store.append([1, 2, 3].map((seq) => record(seq, 'a', 'success')))
      await expect((async () => storeAt(path).load())()).rejects.toThrow(/this process/)
      expect(await store.prune({ maxPerTask: 1 }, 0)).toBe(2)
      await store.append([record(4)])
      await store.close()
      expect(await seqsAt(path)).toEqual([3, 4])
      expect(await seqsAt(link)).toEqual([3, 4])
    })

    test('a session of an earlier release, which locks the link, is respected', async () => {
      const path = newPlace()
      const link = `${path}.link`
      symlinkSync(path, link)
      writeFileSync(`${link}.lock`, JSON.stringify({ pid: 1, host: 'elsewhere', born: null, token: 'x' }))
      await expect((async () => storeAt(link).load())()).rejects.toThrow(/process 1 on elsewhere/)
      expect(existsSync(`${path}.lock`)).toBe(false)
    })

    test('a path stays the same file when the process moves to another folder', async () => {
      const path = newPlace()
      const before = process.cwd()
      try {
        process.chdir(dirname(path))
        const store = storeAt(basename(path), () => {})
        await store.append([record(1)])
        process.chdir('/')
        await store.append([record(2)])
        await store.close()
      } finally {
        process.chdir(before)
      }
      expect(await seqsAt(path)).toEqual([1, 2])
    })
  })
}
