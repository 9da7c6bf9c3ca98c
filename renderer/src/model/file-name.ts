/** The last part of a path, as either kind of system writes it. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}
