/** Processing of a command's output: lines for the log, and the end of the stream for the return value. */
import { StringDecoder } from 'node:string_decoder'

/** The maximum length of a line, characters; longer lines are split. */
const maxLine = 8192

/** A receiver of lines: it reports whether it accepts more, and is notified of the number of lines that were skipped. */
export interface LineListener {
  take(line: string): boolean
  skipped(lines: number): void
}

/** Splits a byte stream into lines. Lines that the listener does not accept are only counted: a stream may have a million per second. */
export class Lines {
  readonly #decoder = new StringDecoder('utf8')
  readonly #taker: LineListener
  #begun = ''

  constructor(taker: LineListener) {
    this.#taker = taker
  }

  write(bytes: Buffer): void {
    const text = this.#begun + this.#decoder.write(bytes)
    let from = 0
    for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      const isWelcome = this.#takePieces(text.slice(from, text[to - 1] === '\r' ? to - 1 : to))
      from = to + 1
      if (!isWelcome) {
        const last = text.lastIndexOf('\n') + 1
        this.#taker.skipped(countLines(text, from, last))
        from = last
      }
    }
    this.#begun = text.slice(from)
    while (this.#begun.length > maxLine) {
      this.#taker.take(this.#begun.slice(0, maxLine))
      this.#begun = this.#begun.slice(maxLine)
    }
  }

  end(): void {
    const last = this.#begun + this.#decoder.end()
    this.#begun = ''
    if (last !== '') this.#takePieces(last)
  }

  #takePieces(line: string): boolean {
    let isWelcome = true
    for (let from = 0; from === 0 || from < line.length; from += maxLine)
      isWelcome = this.#taker.take(line.slice(from, from + maxLine))
    return isWelcome
  }
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0
  for (let i = from; i < to; i++) if (text.charCodeAt(i) === 10) lines += 1
  return lines
}

/** Keeps the last bytes of a stream, up to a maximum. */
export class Tail {
  readonly #max: number
  #chunks: Buffer[] = []
  #size = 0
  /** The number of dropped bytes. */
  dropped = 0

  constructor(max: number) {
    this.#max = max
  }

  write(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.#size += bytes.length
    // Drops whole chunks while the rest suffices, so that each byte is copied once, at the end.
    while (this.#size - this.#chunks[0]!.length >= this.#max) {
      const { length } = this.#chunks.shift()!
      this.#size -= length
      this.dropped += length
    }
  }

  bytes(): Buffer {
    const whole = Buffer.concat(this.#chunks)
    if (whole.length <= this.#max) return whole
    this.dropped += whole.length - this.#max
    this.#chunks = [whole.subarray(whole.length - this.#max)]
    this.#size = this.#max
    return this.#chunks[0]!
  }
}
