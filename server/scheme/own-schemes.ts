/** Groups whose servers upstream have schemes of their own: in those no other group's types are registered, nor theirs in others'. */
const OWN: readonly string[] = ['apiextensions.k8s.io', 'apiregistration.k8s.io']

/** Whether types of these groups know of each other. */
export const shareScheme = (a: string, b: string): boolean => a === b || (!OWN.includes(a) && !OWN.includes(b))
