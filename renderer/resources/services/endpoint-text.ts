/** An endpoint as it is typed into a browser, with several ports after one address; a port that is null stands for all of them. */
export function endpointText(address: string, ports: readonly (number | null | undefined)[]): string {
  if (ports.length === 0) return address
  return `${address.includes(':') ? `[${address}]` : address}:${ports.map((port) => port ?? '*').join(',')}`
}
