/**
 * Lets a write to a file be cut short by the death of the process. To be imported before all that imports `node:fs`: what
 * a module has taken from there it keeps.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { promisify } from 'node:util'

type Write = (fd: number, bytes: Buffer, offset: number, length: number, place: number) => Promise<unknown>

let tornAt: (bytes: Buffer) => number | null = () => null

/** From now on `where` is asked of each write: of the bytes up to there the file has them, and the process is dead. */
export function tearWrites(where: (bytes: Buffer) => number | null): void {
  tornAt = where
}

const whole = promisify(fs.write) as Write
const write = fs.write
// Whoever makes a promise of `write`, as the log does, gets this one.
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
