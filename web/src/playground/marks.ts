/** What is put into GraphiQL: notes below the lines that errors speak of, links from ids of patients, names. */

import CodeMirror, { type Editor, type LineHandle, type LineWidget } from 'codemirror';
import type { Note } from './places';

/** Shows notes in an editor until its text changes; answers how to remove them. */
export function show(editor: Editor, notes: Note[]): () => void {
  const marked: [LineHandle, LineWidget][] = [];
  for (const { line, text } of notes) {
    const note = document.createElement('div');
    note.className = 'note';
    note.textContent = text;
    const at = Math.min(Math.max(line, 0), editor.lastLine());
    marked.push([editor.addLineClass(at, 'background', 'noted'), editor.addLineWidget(at, note)]);
  }
  const about = editor.getValue();
  // GraphiQL tells an editor of changes too when what stands around it has changed.
  const changed = () => {
    if (editor.getValue() !== about) remove();
  };
  const remove = () => {
    editor.off('change', changed);
    for (const [line, widget] of marked) {
      editor.removeLineClass(line, 'background', 'noted');
      widget.clear();
    }
    marked.length = 0;
  };
  editor.on('change', changed);
  return remove;
}

/** Names an editor for those who do not see it, and gives the keyboard a way out of it: Tab by itself indents. */
export function name(editor: Editor, text: string): () => void {
  const keys = {
    Esc: () => (editor.listSelections().length > 1 ? CodeMirror.Pass : editor.getInputField().blur()),
  };
  editor.setOption('screenReaderLabel', text);
  editor.addKeyMap(keys);
  return () => editor.removeKeyMap(keys);
}

/** Names what the picker of fields leaves without a name, whenever its pane changes. */
export function nameFields(pane: Element): () => void {
  const nameAll = () => {
    for (const field of pane.querySelectorAll<HTMLElement>('input:not([aria-label]), select:not([aria-label])')) {
      const argument = field.closest<HTMLElement>('[data-arg-name]')?.dataset.argName;
      field.setAttribute('aria-label', argument ?? (field instanceof HTMLSelectElement ? 'Kind of operation' : 'Name of the operation'));
    }
  };
  const observer = new MutationObserver(nameAll);
  observer.observe(pane, { childList: true, subtree: true });
  nameAll();
  return () => observer.disconnect();
}

/** The ids of an answer that have a page of their own, and where it is. */
const FOLDERS: Record<string, string> = { Patient: 'patients', Doctor: 'doctors', Institution: 'institutions' };
const ID = /"((Patient|Doctor|Institution):\d+)"/;

/** Makes the ids of patients, doctors and institutions in an answer lead to their pages. */
export function link(editor: Editor): () => void {
  const overlay = {
    token(stream: { match(pattern: RegExp): unknown; next(): unknown; skipTo(text: string): unknown; skipToEnd(): void }) {
      if (stream.match(ID)) return 'id-link';
      stream.next();
      if (!stream.skipTo('"')) stream.skipToEnd();
      return null;
    },
  };
  const open = (event: MouseEvent) => {
    const target = event.target as Element;
    const [, id, type = ''] = (target.classList.contains('cm-id-link') && target.textContent?.match(ID)) || [];
    if (!id) return;
    const page = `/${FOLDERS[type]}/${id}`;
    if (event.ctrlKey || event.metaKey) window.open(page, '_blank', 'noopener');
    else location.assign(page);
  };
  const element = editor.getWrapperElement();
  editor.addOverlay(overlay);
  element.addEventListener('click', open);
  return () => {
    editor.removeOverlay(overlay);
    element.removeEventListener('click', open);
  };
}
