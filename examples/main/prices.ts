/** Parser of the main example's files, which validates every value. */
import { extname } from 'node:path'

export interface Price {
  readonly product: string
  readonly price: number
}

/** The supported file extensions. */
export const extensions: ReadonlySet<string> = new Set(['.csv', '.json'])

/** Throws an error that names the row and the value if a price is not a number. */
export function parsePrices(name: string, text: string): Price[] {
  const rows = extname(name) === '.json' ? jsonRows(text) : csvRows(text)
  return rows.map(({ product, price }, index) => {
    const value = typeof price === 'string' && price.trim() !== '' ? Number(price) : price
    if (typeof product !== 'string' || product === '')
      throw new Error(`row ${index + 1} has no product: ${JSON.stringify({ product, price })}`)
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new Error(`the price of row ${index + 1} is not a number: ${JSON.stringify(price)}`)
    return { product, price: value }
  })
}

type Row = { readonly product?: unknown; readonly price?: unknown }

function jsonRows(text: string): Row[] {
  const rows: unknown = JSON.parse(text)
  if (!Array.isArray(rows) || rows.some((row) => typeof row !== 'object' || row === null))
    throw new Error('it must contain an array of objects')
  return rows
}

function csvRows(text: string): Row[] {
  const [, ...lines] = text.trim().split(/\r?\n/)
  return lines.map((line) => {
    const [product, price] = line.split(',')
    return { product, price }
  })
}
