import { Document, isScalar, Scalar, visit } from 'yaml'
import { comparable } from '../../kube/managed-fields.ts'
import { isSecret, withoutValuesOfBoth } from '../../kube/secret-values.ts'

/**
 * An object as YAML that Kubernetes' tools read as the same object: no line is folded, nothing is said by reference, texts that YAML 1.1
 * takes for something else are quoted, whole numbers keep their digits. '' for nothing.
 */
export function yamlText(object: unknown): string {
  if (object === undefined) return ''
  const document = new Document(object, {
    version: '1.1',
    aliasDuplicateObjects: false,
    // It would write a key of this name plain, which merges another map into its own.
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:merge'),
  })
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && (node.value === '<<' || beginsBlank(node.value))) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  // Quoted texts stay on one line: their blank lines would lose blanks.
  return document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER })
}

/** A block scalar tells its indent by its first line: where that holds nothing but white space, the space would be taken for indent. */
const beginsBlank = (value: unknown): boolean => typeof value === 'string' && /^[ \t\r]*\n/.test(value)

/** Two versions of an object as texts to compare: without the server's bookkeeping, and without the values of a Secret. */
export function comparedTexts(before: unknown, after: unknown): [before: string, after: string] {
  const pair: [unknown, unknown] = [comparable(before), comparable(after)]
  const [old, next] = pair.some(isSecret) ? withoutValuesOfBoth(...pair) : pair
  return [yamlText(old), yamlText(next)]
}
