/** Requests byte by byte, for input that no client would send. */
import { connect } from 'node:net'

/** Sends text and reads until the server closes or `enough` returns true; resolves with everything that was received. */
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

/** The status codes of the responses in the received text. */
export function statusesIn(got: string): number[] {
  return [...got.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
}
