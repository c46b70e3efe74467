// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.h"

#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "lazy.h"

/* It brings libnl-3 */
struct lazy lazy_libnl = { "libnl-genl-3.so.200", NULL };

#define NL(type, name, parameters, arguments) LAZY(lazy_libnl, type, name, parameters, arguments)

NL(int, genl_connect, (struct nl_sock *sk), (sk))
NL(struct nlattr *, genlmsg_attrdata, (const struct genlmsghdr *hdr, int len), (hdr, len))
NL(int, genlmsg_attrlen, (const struct genlmsghdr *hdr, int len), (hdr, len))
NL(void *, genlmsg_put, (struct nl_msg *msg, uint32_t port, uint32_t seq, int family, int len,
			 int flags, uint8_t cmd, uint8_t version),
   (msg, port, seq, family, len, flags, cmd, version))
NL(int, genlmsg_valid_hdr, (struct nlmsghdr *nlh, int len), (nlh, len))
NL(const char *, nl_geterror, (int error), (error))
NL(int, nl_send, (struct nl_sock *sk, struct nl_msg *msg), (sk, msg))
NL(int, nl_socket_add_membership, (struct nl_sock *sk, int group), (sk, group))
NL(struct nl_sock *, nl_socket_alloc, (void), ())
NL(int, nl_socket_drop_membership, (struct nl_sock *sk, int group), (sk, group))
NL(void, nl_socket_free, (struct nl_sock *sk), (sk))
NL(int, nl_socket_get_fd, (const struct nl_sock *sk), (sk))
NL(void *, nla_data, (const struct nlattr *attr), (attr))
NL(struct nlattr *, nla_find, (const struct nlattr *head, int len, int type), (head, len, type))
NL(int, nla_len, (const struct nlattr *attr), (attr))
NL(struct nlattr *, nla_next, (const struct nlattr *attr, int *left), (attr, left))
NL(int, nla_ok, (const struct nlattr *attr, int left), (attr, left))
NL(int, nla_parse, (struct nlattr **tb, int max, struct nlattr *head, int len,
		    const struct nla_policy *policy),
   (tb, max, head, len, policy))
NL(int, nla_parse_nested, (struct nlattr **tb, int max, struct nlattr *attr,
			   const struct nla_policy *policy),
   (tb, max, attr, policy))
NL(int, nla_put_flag, (struct nl_msg *msg, int type), (msg, type))
NL(int, nla_put_string, (struct nl_msg *msg, int type, const char *text), (msg, type, text))
NL(int, nla_put_u32, (struct nl_msg *msg, int type, uint32_t value), (msg, type, value))
NL(int, nla_type, (const struct nlattr *attr), (attr))
NL(struct nl_msg *, nlmsg_alloc, (void), ())
NL(void *, nlmsg_data, (const struct nlmsghdr *nlh), (nlh))
NL(int, nlmsg_datalen, (const struct nlmsghdr *nlh), (nlh))
NL(void, nlmsg_free, (struct nl_msg *msg), (msg))
NL(struct nlmsghdr *, nlmsg_hdr, (struct nl_msg *msg), (msg))
NL(struct nlmsghdr *, nlmsg_next, (struct nlmsghdr *nlh, int *left), (nlh, left))
NL(int, nlmsg_ok, (const struct nlmsghdr *nlh, int left), (nlh, left))
