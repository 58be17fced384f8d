/** Makes something once for each user; again if that failed. With very many users, keep it in a bounded cache. */
export function perUser<T>(make: (user: string) => Promise<T>): (user: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (user) => {
    const known = made.get(user) ?? make(user);
    made.set(user, known);
    known.catch(() => made.delete(user));
    return known;
  };
}
