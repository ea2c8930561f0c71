/** Work that stands in a module, for threads and processes. */
export async function add({ a, b }: { readonly a: number; readonly b: number }): Promise<number> {
  return a + b
}
