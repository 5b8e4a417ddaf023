/** What a rental shop does all day, on the tables of Pagila; with what its foreign keys, triggers and partitions make of it. */
import { some, type Act } from './acts.js';
import type { Lots } from './lots.js';

const day = (lot: Lots): string => `'2022-0${1 + lot.below(7)}-01 12:00Z'::timestamptz + i * interval '7 min'`;

export const PAGILA: readonly Act[] = [
  {
    kind: 'rent',
    weight: 10,
    sql: (lot, rows) => [
      `INSERT INTO rental (rental_date, inventory_id, customer_id, staff_id)
       SELECT ${day(lot)}, inventory_id, ${1 + lot.below(590)}, ${1 + lot.below(2)}
       FROM inventory, generate_series(1, 1) AS i WHERE inventory_id ${some(lot, rows, 4500)} ON CONFLICT DO NOTHING`,
    ],
  },
  {
    kind: 'return',
    weight: 10,
    sql: (lot, rows) => [
      `UPDATE rental SET return_date = rental_date + ${lot.below(90)} * interval '1 h' WHERE rental_id ${some(lot, rows, 16_000)}`,
    ],
  },
  {
    kind: 'pay',
    weight: 10,
    sql: (lot, rows) => [
      `INSERT INTO payment (customer_id, staff_id, rental_id, amount, payment_date)
       SELECT customer_id, staff_id, rental_id, ${lot.below(1000)} / 100.0, ${day(lot)}
       FROM rental, generate_series(1, ${1 + lot.below(3)}) AS i WHERE rental_id ${some(lot, rows, 16_000)}`,
    ],
  },
  {
    kind: 'move a payment to another month',
    weight: 6,
    sql: (lot, rows) => [
      `UPDATE payment SET payment_date = payment_date + interval '31 days', amount = amount + 0.01
       WHERE payment_id ${some(lot, rows, 32_000)} AND payment_date < '2022-06-20'`,
      `UPDATE payment SET payment_date = '2022-01-31 12:00Z' WHERE payment_id ${some(lot, 3, 32_000)}`,
    ],
  },
  {
    kind: 'take back rentals',
    weight: 4,
    sql: (lot, rows) => {
      const some_ = some(lot, rows, 16_000);
      return [`DELETE FROM payment WHERE rental_id ${some_}`, `DELETE FROM rental WHERE rental_id ${some_}`];
    },
  },
  {
    kind: 'change customers',
    weight: 6,
    sql: (lot, rows) => [
      `UPDATE customer SET email = 'É😀\t' || customer_id, active = ${lot.below(2)} WHERE customer_id ${some(lot, rows, 599)}`,
      `UPDATE address SET phone = E'\\\\N', address2 = NULL WHERE address_id ${some(lot, rows, 600)}`,
    ],
  },
  {
    kind: 'describe films',
    weight: 5,
    sql: (lot, rows) => {
      const category = 1 + lot.below(16);
      return [
        `UPDATE film SET description = 'About ' || md5(film_id || '${lot.below(1e6)}'), special_features = ARRAY[NULL, 'a,"b']
       WHERE film_id ${some(lot, rows, 1000)}`,
        `UPDATE film_category AS f SET category_id = ${category} WHERE film_id ${some(lot, rows, 1000)}
         AND category_id = (SELECT min(category_id) FROM film_category WHERE film_id = f.film_id)
         AND NOT EXISTS (SELECT FROM film_category WHERE film_id = f.film_id AND category_id = ${category})`,
      ];
    },
  },
  {
    kind: 'photograph staff',
    weight: 3,
    sql: (lot) => [
      `UPDATE staff SET picture = decode(repeat(md5('${lot.below(1e6)}'), ${500 + lot.below(3000)}), 'hex') WHERE staff_id = ${1 + lot.below(2)}`,
      `UPDATE staff SET username = 'n${lot.below(99)}' WHERE staff_id = ${1 + lot.below(2)}`,
    ],
  },
  {
    kind: 'renumber actors and copies',
    weight: 4,
    sql: (lot) => {
      const actor = 1 + lot.below(200);
      return [
        `UPDATE actor SET actor_id = actor_id + 1000 WHERE actor_id = ${actor}`,
        `UPDATE actor SET actor_id = actor_id - 1000 WHERE actor_id = ${actor + 1000 + lot.below(5)}`,
        `UPDATE inventory SET inventory_id = inventory_id + 10000 WHERE inventory_id ${some(lot, 2, 4500)}`,
      ];
    },
  },
  {
    kind: 'cast actors',
    weight: 4,
    sql: (lot) => {
      const actor = 5000 + lot.below(50);
      return [
        `INSERT INTO actor VALUES (${actor}, E'tab\\t', '\\N') ON CONFLICT DO NOTHING`,
        `INSERT INTO film_actor SELECT ${actor}, film_id FROM film WHERE film_id ${some(lot, 9, 1000)} ON CONFLICT DO NOTHING`,
        `DELETE FROM film_actor WHERE actor_id = ${actor + 1}`,
        `DELETE FROM actor WHERE actor_id = ${actor + 1}`,
      ];
    },
  },
  {
    kind: 'empty a month',
    weight: 1,
    sql: (lot) => {
      const month = `payment_p2022_0${1 + lot.below(2)}`;
      return [
        'DROP TABLE IF EXISTS kept',
        `CREATE TEMPORARY TABLE kept ON COMMIT DROP AS TABLE ${month}`,
        `TRUNCATE ${month}`,
        `INSERT INTO ${month} SELECT * FROM kept WHERE payment_id % 3 > 0`,
      ];
    },
  },
];
