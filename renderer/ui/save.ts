/** Offers text as a file to save. */
export function saveText(name: string, parts: string[]): void {
  saveBlob(name, new Blob(parts, { type: 'text/plain' }))
}

export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name.replace(/[/\\:*?"<>|]+/g, '_')
  link.click()
  // The download has its own hold on the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
