/** What each node leads to. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * Lists the circles of a graph: of each group of nodes that all lead to each other, the shortest circle through the
 * node whose name comes first. When that circle is opened, the next run shows what is left of the group.
 */
export function circles(graph: Graph): readonly (readonly string[])[] {
  const seen = new Set<string>();
  const found: (readonly string[])[] = [];
  for (const node of [...graph.keys()].sort()) {
    if (seen.has(node)) continue;
    const circle = shortestCircle(graph, node);
    if (circle === undefined) continue;
    found.push(circle);
    for (const other of groupOf(graph, node)) seen.add(other);
  }
  return found;
}

/** Finds the shortest way from a node back to itself; the first of the names decides between equals. */
function shortestCircle(graph: Graph, start: string): readonly string[] | undefined {
  const ways: string[][] = [[start]];
  const reached = new Set<string>();
  for (const way of ways) {
    for (const next of targets(graph, way.at(-1))) {
      if (next === start) return way;
      if (reached.has(next)) continue;
      reached.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}

/** The nodes that a node leads to and that lead back to it. */
function groupOf(graph: Graph, node: string): readonly string[] {
  return [...reachable(graph, node)].filter((other) => reachable(graph, other).has(node));
}

function reachable(graph: Graph, start: string): ReadonlySet<string> {
  const reached = new Set(targets(graph, start));
  // A set hands out what is added to it while it is walked.
  for (const node of reached) for (const next of targets(graph, node)) reached.add(next);
  return reached;
}

function targets(graph: Graph, node: string | undefined): readonly string[] {
  return [...(graph.get(node ?? "") ?? [])].sort();
}
