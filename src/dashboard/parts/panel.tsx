import type { ComponentChildren, HTMLAttributes } from 'preact';

/** One section of the page: a heading, what belongs beside it, and the content. */
export function Panel(props: {
  id: string;
  title: string;
  class?: string;
  /** A word beside the heading. */
  note?: ComponentChildren;
  /** Controls at the end of the heading's line. */
  tools?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class={`panel ${props.class ?? ''}`} id={props.id} aria-labelledby={`${props.id}-title`} tabIndex={-1}>
      <header class="panel-head">
        <h2 id={`${props.id}-title`}>{props.title}</h2>
        {props.note !== undefined && <p class="note">{props.note}</p>}
        {props.tools !== undefined && <div class="tools">{props.tools}</div>}
      </header>
      {props.children}
    </section>
  );
}

/** Beside everything that belongs to the simulated world. */
export function SimulatedTag() {
  return (
    <abbr class="tag" title="Simulated: made up by the demo, not a real payment">
      sim
    </abbr>
  );
}

/** Instead of content: what is wrong, or what to do next. */
export function Hint({ children, problem = false }: { children: ComponentChildren; problem?: boolean }) {
  return <div class={problem ? 'hint problem' : 'hint'}>{children}</div>;
}

/** Content that scrolls by itself; by keyboard too. */
export function ScrollArea(
  props: { label: string; children: ComponentChildren } & Pick<
    HTMLAttributes<HTMLElement>,
    'class' | 'onPointerEnter' | 'onPointerLeave'
  >,
) {
  const { label, children, class: more = '', ...handlers } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class={`scroll ${more}`} aria-label={label} tabIndex={0} {...handlers}>
      {children}
    </section>
  );
}
