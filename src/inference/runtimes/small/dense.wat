;; The arithmetic of small networks: dense layers one behind the other, four numbers at a time. Everything lies in the memory that is
;; imported; addresses are in bytes. Nothing is checked here: kernel.ts and net.ts know the sizes.
;;
;; A program is a list of layers. Each is, from a multiple of 64 on:
;;   five 32-bit integers: its inputs and its outputs (multiples of 4) in bytes, whether what is below 0 becomes 0 behind it, and how far from
;;   here its weights and the next layer begin; inputs 0: the list ends;
;;   from 32 on, its bias;
;;   from a multiple of 64 on, its weights in the order in which they are read, one behind the other: a processor fetches ahead what is read
;;   so, and of many networks the weights come from far away. That is: of sixteen outputs at a time (and of four, where fewer are left) those of
;;   the first input, of the second, and so on.
;; In front of programs lie: from 32,768 on the inputs of a layer that are not 0; from 49,152 on where the weights of each of them lie in a
;; block of sixteen outputs; from 65,536 on the table at the end.
(module
  (import "host" "memory" (memory 2))

  ;; Runs a program on the vector at x, with room for another one at y; answers which of the two holds the result.
  (func (export "run") (param $program i32) (param $x i32) (param $y i32) (result i32)
    (local $inputs i32) (local $outputs i32) (local $swap i32)
    (loop $layer
      (local.set $inputs (i32.load (local.get $program)))
      (if (local.get $inputs)
        (then
          (local.set $outputs (i32.load offset=4 (local.get $program)))
          (call $dense
            (call $keep (local.get $x) (local.get $inputs))
            (i32.add (local.get $program) (i32.load offset=12 (local.get $program)))
            (i32.add (local.get $program) (i32.const 32))
            (local.get $y) (local.get $inputs) (local.get $outputs))
          (if (i32.load offset=8 (local.get $program)) (then (call $relu (local.get $y) (local.get $outputs))))
          (local.set $program (i32.add (local.get $program) (i32.load offset=16 (local.get $program))))
          (local.set $swap (local.get $x))
          (local.set $x (local.get $y))
          (local.set $y (local.get $swap))
          (br $layer))))
    (local.get $x))

  ;; Lists what is not 0 in `bytes` bytes from x; answers how many bytes of the list that is. NaN is not 0.
  ;; What leaves a ReLU is 0 for the most part, and its weights need not even be read.
  (func $keep (param $x i32) (param $bytes i32) (result i32)
    (local $i i32) (local $kept i32) (local $mask i32)
    (local $four v128) (local $places v128) (local $order v128)
    (local.set $places (v128.const i32x4 0 64 128 192))
    (loop $next
      (local.set $four (v128.load (i32.add (local.get $x) (local.get $i))))
      (local.set $mask (i32x4.bitmask (f32x4.ne (local.get $four) (v128.const i32x4 0 0 0 0))))
      (local.set $order (v128.load offset=65536 (i32.shl (local.get $mask) (i32.const 4))))
      (v128.store offset=32768 (local.get $kept) (i8x16.swizzle (local.get $four) (local.get $order)))
      (v128.store offset=49152 (local.get $kept) (i8x16.swizzle (local.get $places) (local.get $order)))
      (local.set $kept (i32.add (local.get $kept) (i32.shl (i32.popcnt (local.get $mask)) (i32.const 2))))
      (local.set $places (i32x4.add (local.get $places) (v128.const i32x4 256 256 256 256)))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $bytes))))
    (local.get $kept))

  ;; y = x · w + b of the x that was listed; `kept`: bytes of the list; inputs and outputs in bytes.
  (func $dense
    (param $kept i32) (param $w i32) (param $b i32) (param $y i32) (param $inputs i32) (param $outputs i32)
    (local $j i32) ;; bytes into y and b
    (local $i i32) ;; bytes into the list
    (local $at i32) ;; in b, w or y
    (local $xi v128)
    (local $a v128) (local $a1 v128) (local $a2 v128) (local $a3 v128)

    ;; Sixteen outputs at a time: their sums stay in registers while the inputs pass by.
    (block $narrow
      (loop $sixteen
        (br_if $narrow (i32.gt_u (i32.add (local.get $j) (i32.const 64)) (local.get $outputs)))
        (local.set $at (i32.add (local.get $b) (local.get $j)))
        (local.set $a (v128.load (local.get $at)))
        (local.set $a1 (v128.load offset=16 (local.get $at)))
        (local.set $a2 (v128.load offset=32 (local.get $at)))
        (local.set $a3 (v128.load offset=48 (local.get $at)))
        (local.set $i (i32.const 0))
        (block $none
          (br_if $none (i32.eqz (local.get $kept)))
          (loop $input
            (local.set $xi (v128.load32_splat offset=32768 (local.get $i)))
            (local.set $at (i32.add (local.get $w) (i32.load offset=49152 (local.get $i))))
            (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $xi) (v128.load (local.get $at)))))
            (local.set $a1 (f32x4.add (local.get $a1) (f32x4.mul (local.get $xi) (v128.load offset=16 (local.get $at)))))
            (local.set $a2 (f32x4.add (local.get $a2) (f32x4.mul (local.get $xi) (v128.load offset=32 (local.get $at)))))
            (local.set $a3 (f32x4.add (local.get $a3) (f32x4.mul (local.get $xi) (v128.load offset=48 (local.get $at)))))
            (br_if $input
              (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (local.get $kept)))))
        (local.set $w (i32.add (local.get $w) (i32.shl (local.get $inputs) (i32.const 4))))
        (local.set $at (i32.add (local.get $y) (local.get $j)))
        (v128.store (local.get $at) (local.get $a))
        (v128.store offset=16 (local.get $at) (local.get $a1))
        (v128.store offset=32 (local.get $at) (local.get $a2))
        (v128.store offset=48 (local.get $at) (local.get $a3))
        (local.set $j (i32.add (local.get $j) (i32.const 64)))
        (br $sixteen)))

    ;; What is left of them, four at a time.
    (block $whole
      (loop $four
        (br_if $whole (i32.ge_u (local.get $j) (local.get $outputs)))
        (local.set $a (v128.load (i32.add (local.get $b) (local.get $j))))
        (local.set $i (i32.const 0))
        (block $none
          (br_if $none (i32.eqz (local.get $kept)))
          (loop $input
            (local.set $xi (v128.load32_splat offset=32768 (local.get $i)))
            (local.set $at
              (i32.add (local.get $w) (i32.shr_u (i32.load offset=49152 (local.get $i)) (i32.const 2))))
            (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $xi) (v128.load (local.get $at)))))
            (br_if $input
              (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (local.get $kept)))))
        (local.set $w (i32.add (local.get $w) (i32.shl (local.get $inputs) (i32.const 2))))
        (v128.store (i32.add (local.get $y) (local.get $j)) (local.get $a))
        (local.set $j (i32.add (local.get $j) (i32.const 16)))
        (br $four))))

  ;; What is below 0 in `bytes` bytes from y becomes 0; NaN stays. `bytes` is a multiple of 16, not 0.
  (func $relu (param $y i32) (param $bytes i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $y) (local.get $bytes)))
    (loop $four
      (v128.store (local.get $y) (f32x4.max (v128.load (local.get $y)) (v128.const i32x4 0 0 0 0)))
      (br_if $four
        (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 16))) (local.get $end)))))

  ;; Which bytes of four numbers come first when those are kept whose bit is set, for each of the sixteen cases.
  (data (i32.const 65536)
    "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00"
    "\00\01\02\03\00\00\00\00\00\00\00\00\00\00\00\00"
    "\04\05\06\07\00\00\00\00\00\00\00\00\00\00\00\00"
    "\00\01\02\03\04\05\06\07\00\00\00\00\00\00\00\00"
    "\08\09\0a\0b\00\00\00\00\00\00\00\00\00\00\00\00"
    "\00\01\02\03\08\09\0a\0b\00\00\00\00\00\00\00\00"
    "\04\05\06\07\08\09\0a\0b\00\00\00\00\00\00\00\00"
    "\00\01\02\03\04\05\06\07\08\09\0a\0b\00\00\00\00"
    "\0c\0d\0e\0f\00\00\00\00\00\00\00\00\00\00\00\00"
    "\00\01\02\03\0c\0d\0e\0f\00\00\00\00\00\00\00\00"
    "\04\05\06\07\0c\0d\0e\0f\00\00\00\00\00\00\00\00"
    "\00\01\02\03\04\05\06\07\0c\0d\0e\0f\00\00\00\00"
    "\08\09\0a\0b\0c\0d\0e\0f\00\00\00\00\00\00\00\00"
    "\00\01\02\03\08\09\0a\0b\0c\0d\0e\0f\00\00\00\00"
    "\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f\00\00\00\00"
    "\00\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f"))
