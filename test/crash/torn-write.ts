/**
 * Writes that the death of the process cuts short. Import this before any module that imports `node:fs`, as a module keeps the
 * functions that it has imported.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { promisify } from 'node:util'

type Write = (fd: number, bytes: Buffer, offset: number, length: number, place: number) => Promise<unknown>

let tornAt: (bytes: Buffer) => number | null = () => null

/** From now on calls `where` for each write: if it returns a length, only that many bytes are written, and the process dies. */
export function tearWrites(where: (bytes: Buffer) => number | null): void {
  tornAt = where
}

const whole = promisify(fs.write) as Write
const write = fs.write
// A promisified `write`, which the log uses, is replaced as well.
Object.defineProperty(write, promisify.custom, {
  value: async (...call: Parameters<Write>): Promise<unknown> => {
    const [fd, bytes, offset, length, place] = call
    const end = tornAt(bytes)
    if (end === null) return await whole(fd, bytes, offset, length, place)
    fs.writeSync(fd, bytes, offset, Math.max(0, Math.min(length, end - offset)), place)
    process.kill(process.pid, 'SIGKILL')
    return undefined
  },
})
syncBuiltinESMExports()
