/** Requests byte by byte, for what no client would send. */
import { connect } from 'node:net'

/** Sends text and reads until the server closes or `enough` says so; resolves with all that came. */
export function sendRaw(
  port: number,
  text: string | Buffer,
  enough: (got: string) => boolean = (got) => got.startsWith('HTTP/1.1 ') && got.includes('\r\n\r\n'),
): Promise<string> {
  return new Promise((resolve) => {
    let got = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    const end = (): void => {
      socket.destroy()
      resolve(got)
    }
    socket.on('data', (data) => {
      got += data.toString('latin1')
      if (enough(got)) end()
    })
    socket.on('close', end)
    socket.on('error', end)
  })
}

/** The statuses of the answers in what came. */
export function statusesIn(got: string): number[] {
  return [...got.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
}
