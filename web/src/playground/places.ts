/** Where in the editors the place is that an error names. */

import jsonParse, { type ParseMemberOutput, type ParseValueOutput } from 'codemirror-graphql/esm/utils/jsonParse.js';
import { Kind, parse, type DocumentNode, type OperationDefinitionNode, type ValueNode } from 'graphql';
import type { Fault } from '../shared/ask';

/** A line of an editor, counted from 0, and what is wrong there. */
export type Note = { editor: 'query' | 'variables'; line: number; text: string };

const lineAt = (text: string, offset: number) => text.slice(0, offset).split('\n').length - 1;

/** As deep into a JSON text as a path leads; an entry that is missing is the fault of what should hold it. */
function inJson(text: string, path: (string | number)[]): number {
  let at: ParseValueOutput;
  try {
    at = jsonParse(text);
  } catch {
    return 0; // no JSON, which the editor says itself
  }
  let offset = at?.start ?? 0;
  for (const step of path) {
    if (at && 'members' in at) {
      const member: ParseMemberOutput | undefined = at.members.find(({ key }) => key?.value === step || key?.value === `"${step}"`);
      if (!member) break;
      [at, offset] = [member.value, member.start];
    } else if (at && 'values' in at && at.values?.[Number(step)]) {
      at = at.values[Number(step)];
      offset = at?.start ?? offset;
    } else {
      break;
    }
  }
  return lineAt(text, offset);
}

/** The place of an argument's value, in the document or, where a variable stands, in the variables. */
function inValue(value: ValueNode, path: (string | number)[], variables: string): Omit<Note, 'text'> {
  let at = value;
  for (const [depth, step] of path.entries()) {
    let next: ValueNode | undefined;
    if (at.kind === Kind.OBJECT) next = at.fields.find(({ name }) => name.value === step)?.value;
    if (at.kind === Kind.LIST) next = at.values[Number(step)];
    if (at.kind === Kind.VARIABLE) {
      return { editor: 'variables', line: inJson(variables, [at.name.value, ...path.slice(depth)]) };
    }
    if (!next) break;
    at = next;
  }
  if (at.kind === Kind.VARIABLE) return { editor: 'variables', line: inJson(variables, [at.name.value]) };
  return { editor: 'query', line: (at.loc?.startToken.line ?? 1) - 1 };
}

/** Where the violations of one root field stand. */
function ofViolations(fault: Fault, document: DocumentNode, variables: string): Note[] {
  const operations = document.definitions.filter(
    (part): part is OperationDefinitionNode => part.kind === Kind.OPERATION_DEFINITION,
  );
  const key = fault.path?.[0];
  const fields = operations.flatMap(({ selectionSet }) => selectionSet.selections);
  const field = fields.find((part) => part.kind === Kind.FIELD && (part.alias ?? part.name).value === key);
  if (field?.kind !== Kind.FIELD) return [];
  return (fault.extensions?.violations ?? []).map(({ path, message }) => {
    const [argument, ...rest] = path ?? [];
    const value = field.arguments?.find(({ name }) => name.value === argument)?.value;
    const place = value
      ? inValue(value, rest, variables)
      : { editor: 'query' as const, line: (field.loc?.startToken.line ?? 1) - 1 };
    return { ...place, text: message };
  });
}

/** The lines that the errors of an answer speak of. */
export function notesOf(faults: Fault[], query: string, variables: string): Note[] {
  let document: DocumentNode | undefined;
  try {
    document = parse(query);
  } catch {
    // Then the gateway has said where.
  }
  return faults.flatMap((fault) => {
    if (document && fault.extensions?.violations) return ofViolations(fault, document, variables);
    return (fault.locations ?? []).map(({ line }) => ({
      editor: 'query' as const,
      line: line - 1,
      text: fault.message,
    }));
  });
}
