/** What kube-scheduler said in a pod's condition: `0/3 nodes are available: 2 Insufficient cpu, 1 node(s) were unschedulable. preemption: …`. */
export interface Told {
  nodes: number
  reasons: { count: number; reason: string }[]
  /** What preemption came to. */
  rest: string
}

export function readMessage(message: string): Told | undefined {
  const match = /^0\/(\d+) nodes are available: (.*?)\.(?: (.*))?$/s.exec(message)
  if (!match) return undefined
  const reasons = (match[2] ?? '').split(/, (?=\d+ )/).map((part) => {
    const [, count, reason] = /^(\d+) (.+)$/s.exec(part) ?? [undefined, match[1], part]
    return { count: Number(count), reason: reason ?? '' }
  })
  return { nodes: Number(match[1]), reasons: reasons.sort((a, b) => b.count - a.count), rest: match[3] ?? '' }
}
