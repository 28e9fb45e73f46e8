# For tests only: runs the shim on cases from stdin. A case is a clock (8 bytes), what the real clock says (16)
# and a header; the answer is what clock_gettime, gettimeofday and time then say (16 + 16 + 8).
	.text
	.globl	_start
shim:	.incbin	"shim", 0, REAL
	mov	real_time(%rip), %rax
	mov	%rax, (%rsi)
	mov	real_time + 8(%rip), %rax
	mov	%rax, 8(%rsi)
	xor	%eax, %eax
	ret

_start:	and	$-16, %rsp
1:	xor	%eax, %eax
	xor	%edi, %edi
	lea	case(%rip), %rsi
	mov	$24 + HEADER, %edx
	syscall                         # read
	cmp	$24 + HEADER, %eax
	jne	2f
	lea	header(%rip), %rsi
	lea	shim(%rip), %rdi
	mov	$HEADER, %ecx
	rep movsb
	mov	case(%rip), %edi
	lea	answer(%rip), %rsi
	call	shim + CLOCK_GETTIME
	lea	answer + 16(%rip), %rdi
	xor	%esi, %esi
	call	shim + GETTIMEOFDAY
	lea	answer + 32(%rip), %rdi
	call	shim + TIME
	mov	$1, %eax
	mov	$1, %edi
	lea	answer(%rip), %rsi
	mov	$40, %edx
	syscall                         # write
	jmp	1b
2:	mov	$60, %eax
	xor	%edi, %edi
	syscall                         # exit

	.balign	8
case:	.quad	0
real_time:
	.quad	0, 0
header:	.fill	HEADER, 1, 0
answer:	.quad	0, 0, 0, 0, 0
