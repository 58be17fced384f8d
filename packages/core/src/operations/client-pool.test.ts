import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { staticTokenSource } from "../sources/static-token-source.ts";
import type { TokenSource } from "../token/token-source.ts";
import { createClientPool } from "./client-pool.ts";

describe("createClientPool", () => {
  it("makes one client for each provider, known by its identity", () => {
    const create = vi.fn((source: TokenSource) => ({ source }));
    const clients = createClientPool(create);
    const [one, alike] = [staticTokenSource("abc"), staticTokenSource("abc")];
    expect(clients.get(one)).toBe(clients.get(one));
    expect(clients.get(one)).not.toBe(clients.get(alike));
    expect(create.mock.calls).toEqual([[one], [alike]]);
    expectTypeOf(clients.get(one)).toEqualTypeOf<{ source: TokenSource }>();
  });

  it("keeps functions apart too, and a client that is undefined", () => {
    const create = vi.fn(() => undefined);
    const clients = createClientPool<() => string, undefined>(create);
    const provider = () => "abc";
    clients.get(provider);
    clients.get(provider);
    clients.get(() => "abc");
    expect(create).toHaveBeenCalledTimes(2);
  });

  it("forgets the one longest unused, which goes on working for who holds it", () => {
    const onEvicted = vi.fn();
    const clients = createClientPool((provider: object) => ({ call: () => provider }), {
      maxClients: 2,
      onEvicted,
    });
    const [a, b, c] = [{ name: "a" }, { name: "b" }, { name: "c" }];
    const [first, second] = [clients.get(a), clients.get(b)];
    clients.get(a);
    clients.get(c);
    expect(onEvicted.mock.calls).toEqual([[second, b]]);
    expect(clients.size).toBe(2);
    expect(second.call()).toBe(b);
    expect(clients.get(a)).toBe(first);
    expect(clients.get(b)).not.toBe(second);
  });

  it("keeps sixteen where nothing else is said", () => {
    const clients = createClientPool((provider: object) => provider);
    for (let i = 0; i < 40; i++) clients.get({});
    expect(clients.size).toBe(16);
  });

  it("forgets a provider when told to", () => {
    const onEvicted = vi.fn();
    const clients = createClientPool(() => ({}), { onEvicted });
    const provider = {};
    const first = clients.get(provider);
    expect([clients.delete(provider), clients.delete(provider)]).toEqual([true, false]);
    expect(clients.get(provider)).not.toBe(first);
    expect(onEvicted).not.toHaveBeenCalled();
  });

  it("keeps nothing where no client could be made", () => {
    const create = vi.fn((provider: object) => ({ provider }));
    create.mockImplementationOnce(() => {
      throw new Error("not yet");
    });
    const clients = createClientPool(create);
    const provider = {};
    expect(() => clients.get(provider)).toThrow("not yet");
    expect(clients.get(provider)).toEqual({ provider });
  });

  it("refuses mistaken arguments, naming them", () => {
    const create = () => ({});
    expect(() => createClientPool(undefined as never)).toThrow('"create"');
    expect(() => createClientPool(create, { onEvicted: 5 as never })).toThrow('"onEvicted"');
    expect(() => createClientPool(create, { maxClients: 0 })).toThrow('"maxClients"');
    for (const provider of ["user", 5, null, undefined]) {
      expect(() => createClientPool(create).get(provider as never)).toThrow(TypeError);
    }
  });
});
