"""Makes city/departments.csv, systems.csv, roles.csv and accounts.csv."""
from common import base31, uscc, write_csv

# short, name, kind
DEPARTMENTS = """
zfb 宁波市人民政府办公厅 市政府工作部门
fgw 宁波市发展和改革委员会 市政府工作部门
jxj 宁波市经济和信息化局 市政府工作部门
jyj 宁波市教育局 市政府工作部门
kjj 宁波市科学技术局 市政府工作部门
gaj 宁波市公安局 市政府工作部门
mzj 宁波市民政局 市政府工作部门
sfj 宁波市司法局 市政府工作部门
czj 宁波市财政局 市政府工作部门
rsj 宁波市人力资源和社会保障局 市政府工作部门
zgj 宁波市自然资源和规划局 市政府工作部门
hbj 宁波市生态环境局 市政府工作部门
zjj 宁波市住房和城乡建设局 市政府工作部门
jtj 宁波市交通运输局 市政府工作部门
slj 宁波市水利局 市政府工作部门
nyj 宁波市农业农村局 市政府工作部门
swj 宁波市商务局 市政府工作部门
wlj 宁波市文化广电旅游局 市政府工作部门
wjw 宁波市卫生健康委员会 市政府工作部门
tyj 宁波市退役军人事务局 市政府工作部门
yjj 宁波市应急管理局 市政府工作部门
sjj 宁波市审计局 市政府工作部门
wsb 宁波市人民政府外事办公室 市政府工作部门
scjg 宁波市市场监督管理局 市政府工作部门
gzw 宁波市人民政府国有资产监督管理委员会 市政府工作部门
tiyj 宁波市体育局 市政府工作部门
tjj 宁波市统计局 市政府工作部门
ybj 宁波市医疗保障局 市政府工作部门
zfj 宁波市综合行政执法局 市政府工作部门
dsj 宁波市大数据发展管理局 市政府工作部门
jrj 宁波市地方金融监督管理局 市政府工作部门
spb 宁波市政务服务管理办公室 市政府工作部门
xfj 宁波市信访局 市政府工作部门
jgj 宁波市机关事务管理局 市政府工作部门
kab 宁波市人民政府口岸办公室 市政府工作部门
rfb 宁波市人民防空办公室 市政府工作部门
gxq 宁波国家高新技术产业开发区管理委员会 派出机构
qwq 宁波前湾新区管理委员会 派出机构
bsq 宁波保税区管理委员会 派出机构
dxq 宁波大榭开发区管理委员会 派出机构
dqh 宁波东钱湖旅游度假区管理委员会 派出机构
gxs 宁波市供销合作社联合社 直属单位
gjj 宁波市住房公积金管理中心 直属单位
zzb 中共宁波市委组织部 党委部门
xcb 中共宁波市委宣传部 党委部门
zgh 宁波市总工会 群团组织
tsw 共青团宁波市委员会 群团组织
fl 宁波市妇女联合会 群团组织
cl 宁波市残疾人联合会 群团组织
mch 中国国际贸易促进委员会宁波市委员会 群团组织
kx 宁波市科学技术协会 群团组织
gsl 宁波市工商业联合会 群团组织
swju 国家税务总局宁波市税务局 垂直管理部门
hg 中华人民共和国宁波海关 垂直管理部门
rmyh 中国人民银行宁波市中心支行 垂直管理部门
ybjj 中国银行保险监督管理委员会宁波监管局 垂直管理部门
zjju 中国证券监督管理委员会宁波监管局 垂直管理部门
hsj 中华人民共和国宁波海事局 垂直管理部门
bjz 宁波出入境边防检查站 垂直管理部门
qxj 宁波市气象局 垂直管理部门
ycj 宁波市烟草专卖局 垂直管理部门
yzj 宁波市邮政管理局 垂直管理部门
txj 宁波市通信管理局 垂直管理部门
dcd 国家统计局宁波调查队 垂直管理部门
gdgs 国网浙江省电力有限公司宁波供电公司 公共企业
"""
# The 22 systems of 17 departments from which the data railway carries records. code, owner, name, kind
SYSTEMS = """
scjg_djzc scjg 市场主体登记注册系统 业务系统
scjg_xyjg scjg 企业信用监管与行政执法系统 业务系统
scjg_zscq scjg 知识产权服务系统 业务系统
rsj_shbx rsj 社会保险经办系统 业务系统
rsj_jyfw rsj 公共就业服务系统 业务系统
rsj_rcfw rsj 人才服务与技能鉴定系统 业务系统
swju_jsgl swju 税收征管系统 业务系统
gaj_rkxt gaj 人口管理系统 业务系统
mzj_shjz mzj 社会救助与养老服务系统 业务系统
cl_cjr cl 残疾人服务系统 业务系统
jyj_xjgl jyj 学籍学历管理系统 业务系统
jxj_yqfw jxj 企业服务与复工复产系统 业务系统
jxj_zdxm jxj 工业投资项目系统 业务系统
kjj_kjfw kjj 科技项目与高企管理系统 业务系统
tjj_lwzb tjj 联网直报系统 业务系统
swj_wmfw swj 外经贸运行与会展系统 业务系统
hg_tj hg 进出口统计系统 业务系统
zgj_bdc zgj 不动产登记系统 业务系统
zjj_fcjy zjj 房产交易与租赁系统 业务系统
fgw_xyxx fgw 公共信用信息平台 共享平台
nyj_nyzc nyj 农业补贴与种植申报系统 业务系统
dsj_gxjh dsj 公共数据共享交换平台 共享平台
"""
STAFF = "catalog.read cockpit.read "
ROLES = {
    # Who owns the data folder, over the admin socket: what the commands of the program do.
    "operator": "catalog.read catalog.read_all catalog.write catalog.write_all catalog.coordinate benefit.read cockpit.read "
                "accounts.write "
                "rail.write system.backup system.read",
    "admin": STAFF + "catalog.read_all catalog.write catalog.write_all accounts.write guard.audit guard.witness "
             "system.read system.backup rail.read",
    "engineer": STAFF + "catalog.read_all catalog.write catalog.write_all rail.read rail.write rail.quarantine guard.read "
                "system.read",
    "steward": STAFF + "catalog.read_all catalog.write catalog.write_all catalog.coordinate rail.read "
               "rail.quarantine guard.read "
               "guard.clear_l2@quality",
    "finance_maker": STAFF + "benefit.read benefit.import benefit.claims benefit.decisions "
                     "rules.read",
    "finance_checker": STAFF + "benefit.read benefit.claims benefit.approve benefit.decisions "
                       "rules.read",
    "policy_officer": STAFF + "benefit.read benefit.match benefit.decisions "
                      "rules.read rules.write rules.submit rules.try",
    "publisher": STAFF + "benefit.read benefit.publish rules.read rules.publish",
    "clerk": STAFF + "benefit.read guard.read guard.clear_l3@handling",
    "auditor": STAFF + "catalog.read_all benefit.read benefit.decisions rules.read guard.read "
               "guard.audit "
               "guard.clear_l2@audit",
    "leader": STAFF + "catalog.read_all benefit.read",
    # Of any department: looks at claims that lie with it.
    "reviewer": STAFF + "benefit.read benefit.review benefit.decisions",
    "complaints": STAFF + "benefit.read benefit.complaints",
    # Of any department: asks for shared data in its name, and answers for what it supplies.
    "data_officer": STAFF + "catalog.write catalog.demand catalog.answer",
    "citizen": "benefit.decisions",
    "enterprise": "benefit.decisions",
}


def firm_uscc(index):
    """The credit code of the index-th demo firm, as src/cli/demo_world.cc makes it: 91 330200, then
    QY and six base-31 digits: no registrar ever issued an organisation code beginning with QY."""
    return uscc("91", "330200", "QY" + base31(index, 6))


def resident_id(birth, order):
    """Of division 330299, which was never assigned: nobody's number by construction."""
    body = "330299" + birth + f"{order:03d}"
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    total = sum(w * int(c) for w, c in zip(weights, body))
    return body + "10X98765432"[total % 11]


ACCOUNTS = [
    ("admin", "staff", "系统管理员", "dsj", "", "admin"),
    ("engineer", "staff", "数据工程师", "dsj", "", "engineer"),
    ("steward", "staff", "数据管家", "dsj", "", "steward"),
    ("finance", "staff", "财政经办", "czj", "", "finance_maker|leader"),
    ("finance2", "staff", "财政复核", "czj", "", "finance_checker"),
    ("policy", "staff", "政策专员", "jxj", "", "policy_officer"),
    ("publisher", "staff", "政策发布", "zfb", "", "publisher"),
    ("clerk", "staff", "窗口经办", "spb", "", "clerk"),
    ("auditor", "staff", "审计人员", "sjj", "", "auditor"),
    ("leader", "staff", "值班领导", "zfb", "", "leader"),
    ("reviewer", "staff", "人社审核", "rsj", "", "reviewer"),
    ("reviewer2", "staff", "人社复核", "rsj", "", "reviewer"),
    ("reviewer3", "staff", "经信审核", "jxj", "", "reviewer"),
    ("complaints", "staff", "投诉受理", "xfj", "", "complaints"),
    ("data-rsj", "staff", "人社数据专员", "rsj", "", "data_officer"),
    ("data-scjg", "staff", "市监数据专员", "scjg", "", "data_officer"),
    ("firm", "enterprise", "示例企业一", "", firm_uscc(0), "enterprise"),
    ("firm2", "enterprise", "示例企业二", "", firm_uscc(1), "enterprise"),
    ("firm3", "enterprise", "示例企业三", "", firm_uscc(2), "enterprise"),
    ("firm4", "enterprise", "示例企业四", "", firm_uscc(3), "enterprise"),
    ("firm5", "enterprise", "示例企业五", "", firm_uscc(4), "enterprise"),
    ("citizen", "citizen", "示例市民一", "", resident_id("19350608", 1), "citizen"),
    ("citizen2", "citizen", "示例市民二", "", resident_id("19970412", 1), "citizen"),
]


def main():
    rows = [line.split() for line in DEPARTMENTS.strip().splitlines()]
    if len(rows) != 65:
        raise SystemExit(f"{len(rows)} departments, not 65")
    write_csv("departments.csv", ["code", "short", "name", "kind"],
              [(uscc("11" if "公司" not in name else "91", "330200", "GM" + base31(i, 6)),
                short, name, kind) for i, (short, name, kind) in enumerate(rows, 1)])
    write_csv("codes/departments.csv", ["code", "name"], [(r[0], r[1]) for r in rows])
    systems = [line.split() for line in SYSTEMS.strip().splitlines()]
    if len(systems) != 22:
        raise SystemExit(f"{len(systems)} systems, not 22")
    write_csv("systems.csv", ["code", "department", "name", "kind"], systems)
    write_csv("roles.csv", ["role", "right"],
              [(role, right) for role, rights in ROLES.items() for right in rights.split()])
    write_csv("accounts.csv", ["login", "kind", "name", "department", "subject", "roles"], ACCOUNTS)


if __name__ == "__main__":
    main()
