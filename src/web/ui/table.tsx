import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { IconButton } from './button.tsx';
import { Icon } from './icons.tsx';
import { uiWords } from './ui-words.ts';

export interface Column<Row> {
  id: string;
  title: string;
  cell: (row: Row) => ComponentChildren;
  /** What the page itself may sort by. A column that the server sorts says `true`, and the table is given `order`. */
  sort?: true | ((row: Row) => string | number);
  isEnd?: boolean;
}

export interface Order {
  column: string;
  isDescending: boolean;
}

interface TableParts<Row> {
  /** Read aloud; what the rows are. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** Where a row leads: its first cell becomes the link, the whole row can be clicked. */
  href?: (row: Row) => string;
  /** What a row opens, when that is no address. */
  onOpen?: (row: Row) => void;
  /** The server's order; without it the table sorts what it has. */
  order?: Order;
  onOrder?: (order: Order) => void;
}

/** Dense rows; cards on a phone. */
export function Table<Row>(parts: TableParts<Row>) {
  const [own, setOwn] = useState<Order>();
  const order = parts.order ?? own;
  const setOrder = parts.onOrder ?? setOwn;
  const rows = parts.order ? parts.rows : sorted(parts.rows, parts.columns, own);
  return (
    <div class="table-frame">
      <table class="table cards">
        <caption class="unseen">{parts.caption}</caption>
        <thead>
          <tr>
            {parts.columns.map((column) => (
              <Heading key={column.id} column={column} order={order} onOrder={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <TableRow key={parts.rowId(row)} row={row} parts={parts} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading<Row>({
  column,
  order,
  onOrder,
}: {
  column: Column<Row>;
  order: Order | undefined;
  onOrder: (order: Order) => void;
}) {
  const isOrder = order?.column === column.id;
  const isDescending = isOrder && order.isDescending;
  const sortState = isDescending ? 'descending' : isOrder ? 'ascending' : undefined;
  return (
    <th scope="col" class={column.isEnd ? 'end' : undefined} aria-sort={sortState}>
      {column.sort ? (
        <button
          type="button"
          onClick={() => onOrder({ column: column.id, isDescending: isOrder && !isDescending })}
        >
          {column.title}
          {isOrder && <Icon name={isDescending ? 'down' : 'up'} />}
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

function TableRow<Row>({ row, parts }: { row: Row; parts: TableParts<Row> }) {
  const { columns, href, onOpen } = parts;
  const opens = href !== undefined || onOpen !== undefined;
  return (
    <tr class={opens ? 'opens' : undefined} onClick={opens ? openFromRow : undefined}>
      {columns.map((column, at) => {
        const cell = column.cell(row);
        const shown = at === 0 && opens ? opener(row, parts, cell) : cell;
        return (
          <td key={column.id} class={column.isEnd ? 'end' : undefined} data-column={column.title}>
            <div>{shown}</div>
          </td>
        );
      })}
    </tr>
  );
}

function opener<Row>(row: Row, { href, onOpen }: TableParts<Row>, cell: ComponentChildren) {
  if (href) {
    return (
      <a class="opener" href={href(row)}>
        {cell}
      </a>
    );
  }
  return (
    <button type="button" class="opener" onClick={() => onOpen?.(row)}>
      {cell}
    </button>
  );
}

/** A click anywhere on the row is a click on its opener, unless it was on a control of its own or text was being selected. */
function openFromRow(event: MouseEvent & { currentTarget: HTMLElement }): void {
  const { target, currentTarget } = event;
  if (target instanceof Element && target.closest('a, button, input, select, label')) return;
  if (getSelection()?.toString()) return;
  currentTarget.querySelector<HTMLElement>('.opener')?.click();
}

function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: Order | undefined,
): readonly Row[] {
  const by = columns.find(({ id }) => id === order?.column)?.sort;
  if (!order || typeof by !== 'function') return rows;
  const turn = order.isDescending ? -1 : 1;
  return rows.toSorted((a, b) => turn * compared(by(a), by(b)));
}

function compared(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b));
}

/** Below a table whose rows come page by page. `page` counts from 1. */
export function Pages({
  page,
  pageSize,
  count,
  onPage,
}: {
  page: number;
  pageSize: number;
  count: number;
  onPage: (page: number) => void;
}) {
  const w = uiWords();
  const pages = Math.max(1, Math.ceil(count / pageSize));
  if (count === 0) return null;
  const from = (page - 1) * pageSize + 1;
  return (
    <nav class="pages no-print" aria-label={w.pages}>
      <span class="figures">{w.rows(from, Math.min(count, from + pageSize - 1), count)}</span>
      <span class="row">
        <IconButton
          icon="left"
          label={w.previous}
          disabled={page <= 1}
          onClick={() => onPage(page - 1)}
        />
        <span class="figures">{w.page(page, pages)}</span>
        <IconButton
          icon="right"
          label={w.next}
          disabled={page >= pages}
          onClick={() => onPage(page + 1)}
        />
      </span>
    </nav>
  );
}
